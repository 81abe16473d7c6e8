"""Turns the declared attributes of nodes into vectors that start at zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy
import torch
from torch import Tensor, nn

from components.train_gnn.inputs.attributes import Attribute, Categories, Numbers

_LEAST_DEVIATION = 1e-6


class AttributeEncoder(nn.Module):
    """Sums a learned vector for each category and a learned direction for each number of a node; all start at zero.

    The categories are kept with the weights, as bytes of JSON. A network that is read over another
    graph gives categories that the weights have never met a vector of zeros, as it does nodes without the attribute.
    Numbers enter as signed logarithms, standardized by the graph that the network was trained on first.

    Args:
        attributes: The attributes of every node of one kind, by column.
        nodes: Number of nodes.
        size: Length of the vectors.
    """

    mean: Tensor
    deviation: Tensor
    value: Tensor

    def __init__(self, attributes: Mapping[str, Attribute], nodes: int, size: int) -> None:
        super().__init__()
        self.size, self.nodes = size, nodes
        self.columns = {name: each for name, each in attributes.items() if isinstance(each, Categories)}
        numbers = {name: each.value for name, each in attributes.items() if isinstance(each, Numbers)}
        self.names: dict[str, list[str]] = {name: [] for name in self.columns}
        self.vectors = nn.ParameterDict({name: nn.Parameter(torch.zeros(1, size)) for name in self.columns})
        for name in self.columns:
            self.register_buffer(f"row_of_{name}", torch.zeros(nodes, dtype=torch.long), persistent=False)
        self._know(self.names)
        value = torch.from_numpy(_scaled(list(numbers.values()), nodes))  # [nodes, numbers]
        self.register_buffer("value", value, persistent=False)
        self.register_buffer("mean", value.nanmean(dim=0).nan_to_num())
        self.register_buffer("deviation", (value - self.mean).square().nanmean(dim=0).nan_to_num().sqrt())
        self.directions = nn.ParameterDict({name: nn.Parameter(torch.zeros(size)) for name in numbers})

    def forward(self, node: Tensor) -> Tensor:
        """The vectors of nodes by their indices, [selected] -> [selected, size]."""
        standard = (self.value[node] - self.mean) / self.deviation.clamp(min=_LEAST_DEVIATION)
        standard = standard.nan_to_num()  # [selected, numbers]
        result = standard.new_zeros(len(node), self.size)
        for number, direction in enumerate(self.directions.values()):
            result = result + standard[:, number : number + 1] * direction
        for name, vectors in self.vectors.items():
            row = getattr(self, f"row_of_{name}")[node]  # 0: no category
            result = result + vectors[row] * (row > 0).unsqueeze(1)
        return result

    def _know(self, known: Mapping[str, list[str]]) -> None:
        """Numbers categories: those known already keep their rows, those of this graph follow with vectors of zeros."""
        for name, column in self.columns.items():
            names = list(known.get(name, []))
            names += sorted(set(column.names) - set(names))
            row = {category: number + 1 for number, category in enumerate(names)}
            rows = numpy.array([*(row[category] for category in column.names), 0], dtype=numpy.int64)
            self.names[name] = names
            self.vectors[name].data = self.vectors[name].new_zeros(len(names) + 1, self.size)
            getattr(self, f"row_of_{name}").copy_(torch.from_numpy(rows[column.code]))

    def get_extra_state(self) -> Tensor:
        """The categories, as bytes: torch then saves, hashes and compares them like weights."""
        text = json.dumps(self.names, sort_keys=True).encode()
        return torch.frombuffer(bytearray(text), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """Nothing is left to do: the categories had to be known before the weights could be read."""

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *arguments: Any) -> None:
        stored = state_dict.get(f"{prefix}_extra_state")
        if stored is not None:
            self._know(json.loads(bytes(stored.tolist())))
            for name, vectors in self.vectors.items():
                key = f"{prefix}vectors.{name}"
                if key in state_dict:
                    padded = torch.zeros(vectors.shape, dtype=vectors.dtype)
                    padded[: len(state_dict[key])] = state_dict[key]
                    state_dict[key] = padded
        super()._load_from_state_dict(state_dict, prefix, *arguments)


def _scaled(values: list[numpy.ndarray], nodes: int) -> numpy.ndarray:
    """Signed logarithms, sign(x) ln(1 + |x|) [nodes, numbers]."""
    stacked = numpy.stack(values, axis=1) if values else numpy.zeros((nodes, 0), dtype=numpy.float32)
    scaled: numpy.ndarray = (numpy.sign(stacked) * numpy.log1p(numpy.abs(stacked))).astype(numpy.float32)
    return scaled
