"""A SavedModel in a session, as TensorFlow Serving holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import grpc
import numpy
import numpy.typing
import tensorflow
from tensorflow.core.protobuf import config_pb2

from serving.local_server.refusals import RefusalError
from serving.local_server.signature import Signature

Array = numpy.typing.NDArray[Any]
PYTHON_PREFIX = "Graph execution error:\n\n"


class SavedModel:
    """A loaded SavedModel whose signatures can be called from several threads.

    A session, not tf.saved_model.load: it is what TensorFlow Serving runs, gives its memory back when it is closed, and
    costs a tenth of a millisecond a call where a concrete function costs one.

    Attributes:
        signatures: By name.

    Args:
        path: The SavedModel's folder.
        intra_operation_threads: Threads of one operation.
    """

    def __init__(self, path: Path, intra_operation_threads: int) -> None:
        options = config_pb2.ConfigProto(
            intra_op_parallelism_threads=intra_operation_threads,
            # Threads of the session's own: in paired runs the thread that asks took a twelfth longer.
            inter_op_parallelism_threads=-1,
            use_per_session_threads=True,
        )
        graph = tensorflow.Graph()
        with graph.as_default():
            self._session = tensorflow.compat.v1.Session(graph=graph, config=options)
            meta_graph = tensorflow.compat.v1.saved_model.loader.load(self._session, ["serve"], str(path))
        self.signatures = {
            name: Signature.of_definition(name, definition) for name, definition in meta_graph.signature_def.items()
        }
        self._calls: dict[tuple[str, tuple[str, ...]], Callable[..., list[Any]]] = {}
        self._lock = threading.Lock()

    def call(self, signature: Signature, inputs: Sequence[Array], outputs: tuple[str, ...]) -> list[Array]:
        """Runs a signature.

        Args:
            signature: One of `signatures`.
            inputs: In the order of the signature's inputs, of their types.
            outputs: Names of the wanted outputs, sorted.

        Returns:
            The outputs' values, in that order.

        Raises:
            RefusalError: An operation of the model refused them, with that operation's status and message.
        """
        try:
            values = self._callable(signature, outputs)(*inputs)
        except tensorflow.errors.OpError as error:
            raise RefusalError(_code(error.error_code), str(error.message).removeprefix(PYTHON_PREFIX)) from error
        # A single string comes as bytes, whose last zeros an array of its own type would lose.
        return [numpy.asarray(value, object if isinstance(value, bytes) else None) for value in values]

    def close(self) -> None:
        """Gives the memory back; nothing may be called any more."""
        self._calls.clear()
        self._session.close()

    def _callable(self, signature: Signature, outputs: tuple[str, ...]) -> Callable[..., list[Any]]:
        key = (signature.name, outputs)
        with self._lock:
            if key not in self._calls:
                options = config_pb2.CallableOptions(
                    feed=[one.tensor_name for one in signature.inputs],
                    fetch=[signature.outputs[alias] for alias in outputs],
                )
                # Session.make_callable with a feed_list only wraps Session.run, which takes three times as long; Keras
                # calls this one too.
                self._calls[key] = self._session._make_callable_from_options(options)
            return self._calls[key]


def _code(error_code: int) -> grpc.StatusCode:
    """TensorFlow's codes are gRPC's."""
    return next(code for code in grpc.StatusCode if code.value[0] == error_code)
