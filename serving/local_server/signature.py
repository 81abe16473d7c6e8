"""A signature, read once: what a request must bring and what it may ask for."""

from __future__ import annotations

import dataclasses

from tensorflow.core.framework import tensor_pb2
from tensorflow.core.protobuf import meta_graph_pb2


@dataclasses.dataclass(frozen=True)
class Input:
    """One input of a signature.

    Attributes:
        alias: Its name in requests.
        position: Among the signature's inputs in alphabetical order.
        tensor_name: Its name in the graph.
        data_type: As types.proto numbers it.
        sizes: Of its dimensions, -1 for any; None where their number is not fixed either.
        default: What is meant where a request leaves it out; None where it may not.
    """

    alias: str
    position: int
    tensor_name: str
    data_type: int
    sizes: tuple[int, ...] | None
    default: tensor_pb2.TensorProto | None


@dataclasses.dataclass(frozen=True)
class Signature:
    """One signature of a SavedModel.

    Attributes:
        name: The signature's name.
        inputs: In alphabetical order.
        outputs: Names in the graph by name in responses, in alphabetical order.
        definition: All of it, for GetModelMetadata.
    """

    name: str
    inputs: tuple[Input, ...]
    outputs: dict[str, str]
    definition: meta_graph_pb2.SignatureDef

    @classmethod
    def of_definition(cls, name: str, definition: meta_graph_pb2.SignatureDef) -> Signature:
        """Reads a definition."""
        inputs = []
        for position, alias in enumerate(sorted(definition.inputs)):
            information = definition.inputs[alias]
            shape = information.tensor_shape
            inputs.append(
                Input(
                    alias=alias,
                    position=position,
                    tensor_name=information.name,
                    data_type=information.dtype,
                    sizes=None if shape.unknown_rank else tuple(dimension.size for dimension in shape.dim),
                    default=definition.defaults.get(alias),
                )
            )
        outputs = {alias: definition.outputs[alias].name for alias in sorted(definition.outputs)}
        return cls(name, tuple(inputs), outputs, definition)
