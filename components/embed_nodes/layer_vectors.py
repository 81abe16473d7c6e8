"""The vectors of every layer, in memory-mapped temporary files, and which of them hold at the present instant."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy
import numpy.typing

from schemas.graph_artifact import FloatArray, IntArray

NodeMask: TypeAlias = numpy.typing.NDArray[numpy.bool_]
"""One truth value for each node of a kind [nodes]."""

_ROWS_AT_A_TIME = 65_536


class LayerVectors:
    """Vectors by layer and kind of node; layer 0 holds the input vectors, the last one the embeddings.

    Args:
        folder: For the temporary files: 4 bytes x width for each node and layer. On a disk, not in memory.
        nodes: Number of nodes by kind.
        layers: Message-passing layers.

    Attributes:
        valid: For each layer and kind which nodes' vectors hold at the present instant.
    """

    def __init__(self, folder: Path, nodes: dict[str, int], layers: int) -> None:
        self.folder, self.nodes, self.layers = folder, nodes, layers
        self.valid: list[dict[str, NodeMask]] = [
            {kind: numpy.zeros(count, dtype=bool) for kind, count in nodes.items()} for _ in range(layers + 1)
        ]
        self._vectors: dict[tuple[int, str], FloatArray] = {}

    def write(self, layer: int, kind: str, nodes: IntArray, vectors: FloatArray) -> None:
        """Keeps vectors and marks them valid.

        Args:
            layer: From 0.
            kind: Of the nodes.
            nodes: Node indices.
            vectors: [nodes, width].
        """
        chosen = consecutive(nodes)
        self._array(layer, kind, vectors.shape[1])[chosen] = vectors
        self.valid[layer][kind][chosen] = True

    def read(self, layer: int, kind: str, width: int) -> FloatArray:
        """The vectors of all nodes, memory-mapped; zeros where none was ever written [nodes, width]."""
        return self._array(layer, kind, width)

    def width(self, layer: int) -> int:
        """Length of a layer's vectors; 0 before the first is written."""
        return max((array.shape[1] for (number, _), array in self._vectors.items() if number == layer), default=0)

    def embedding(self, kind: str, nodes: IntArray, width: int) -> FloatArray:
        """The last layer's vectors of some nodes, memory-mapped as well; the next call overwrites them [nodes, width].

        Args:
            kind: Of the nodes.
            nodes: Node indices, ascending.
            width: Length of the vectors.
        """
        vectors = self.read(self.layers, kind, width)
        chosen = consecutive(nodes)
        if isinstance(chosen, slice):
            return vectors[chosen]
        shape = (len(nodes), width)
        result: FloatArray = numpy.memmap(self.folder / f"{kind}.bin", dtype=numpy.float32, mode="w+", shape=shape)
        for begin in range(0, len(nodes), _ROWS_AT_A_TIME):
            part = slice(begin, begin + _ROWS_AT_A_TIME)
            result[part] = vectors[nodes[part]]
        return result

    def _array(self, layer: int, kind: str, width: int) -> FloatArray:
        if (layer, kind) not in self._vectors:
            shape = (self.nodes[kind], width)
            if 0 in shape:
                self._vectors[layer, kind] = numpy.zeros(shape, dtype=numpy.float32)  # files cannot be empty
            else:
                path = self.folder / f"{kind}_{layer}.bin"
                self._vectors[layer, kind] = numpy.memmap(path, dtype=numpy.float32, mode="w+", shape=shape)
        return self._vectors[layer, kind]


def consecutive(nodes: IntArray) -> slice | IntArray:
    """Ascending node indices, as a slice where they are consecutive: slices are views, indices copy."""
    if not len(nodes):
        return slice(0, 0)
    span = slice(int(nodes[0]), int(nodes[-1]) + 1)
    # Padded indices end with repeats, which may make up for a gap.
    return span if span.stop - span.start == len(nodes) and (len(nodes) < 2 or nodes[-2] < nodes[-1]) else nodes
