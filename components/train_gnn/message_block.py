"""What one layer of message passing works on: a bipartite block from the vectors that it reads to the nodes it updates.

A layer of a sampled batch reads more nodes than it updates: the leaves of the trees only speak. Blocks leave them out
of the work, and let all copies of a leaf share one input vector.
"""

from __future__ import annotations

import dataclasses
import warnings
from typing import Protocol

import torch
from torch import Tensor

from schemas.graph_artifact import EdgeType

# torch says so on the first sparse CSR tensor of a process; the products used here are tested against dense sums.
warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")


@dataclasses.dataclass(frozen=True)
class MessageBlock:
    """One layer's view of the graph.

    Attributes:
        adjacency: For each relation a sparse CSR tensor of the edges' weights [targets, sources].
        degree: For each relation the true number of in-edges of each target before its instant [targets].
        own: For each kind of node the row among the sources that holds each target's own vector [targets].
    """

    adjacency: dict[EdgeType, Tensor]
    degree: dict[EdgeType, Tensor]
    own: dict[str, Tensor]

    def to(self, device: torch.device) -> MessageBlock:
        """The same block on a device."""
        return MessageBlock(
            {edge_type: adjacency.to(device) for edge_type, adjacency in self.adjacency.items()},
            {edge_type: degree.to(device) for edge_type, degree in self.degree.items()},
            {kind: row.to(device) for kind, row in self.own.items()},
        )


class Encoder(Protocol):
    """What every encoder offers."""

    residual_sequence: bool
    """How the LSTM enters a user's input vector (see InputEncoder)."""

    def __call__(self, vectors: dict[str, Tensor], blocks: list[MessageBlock]) -> dict[str, Tensor]:
        """Passes messages.

        Args:
            vectors: Input vectors by kind of node, each [sources of the first block, size].
            blocks: One a layer, first layer first. With fewer blocks than layers the first layers alone pass
                messages, which shows how alike vectors become from layer to layer.

        Returns:
            Output vectors by kind of node, each [targets of the last block, size].
        """

    def forward_layer(self, number: int, vectors: dict[str, Tensor], block: MessageBlock) -> dict[str, Tensor]:
        """Passes one round of messages, so that whole graphs can be embedded layer by layer.

        Args:
            number: Of the layer, from 0.
            vectors: By kind of node, the input vectors or what the layer before gave [sources of the block, width].
            block: The layer's view of the graph.

        Returns:
            Vectors by kind of node [targets of the block, width]. Between layers an encoder may carry more than one
            vector for a node: only inputs and the last layer's results are sure to have the width of an embedding.
        """


def sparse_adjacency(colptr: Tensor, row: Tensor, weight: Tensor, sources: int) -> Tensor:
    """In-edges as a sparse CSR tensor of their weights.

    Args:
        colptr: int64 [targets + 1]; the in-edges of target i lie in [colptr[i], colptr[i + 1]).
        row: Source of each edge [edges].
        weight: What each edge counts [edges].
        sources: Number of sources.

    Returns:
        [targets, sources]; repeats of a pair stay separate entries.
    """
    return torch.sparse_csr_tensor(colptr, row, weight, size=(len(colptr) - 1, sources), check_invariants=False)


def total_weight(adjacency: Tensor) -> Tensor:
    """Sum of the weights of each target's in-edges [targets, 1]."""
    total: Tensor = adjacency @ adjacency.values().new_ones(adjacency.shape[1], 1)
    return total


def edge_counts(adjacency: Tensor) -> Tensor:
    """Number of in-edges of each target in the block [targets, 1]."""
    return adjacency.crow_indices().diff().unsqueeze(1)


def edge_index(adjacency: Tensor) -> Tensor:
    """The edges as sources and targets, by target, for operators that weigh each edge anew [2, edges]."""
    targets = torch.arange(adjacency.shape[0], device=adjacency.device)
    targets = targets.repeat_interleave(adjacency.crow_indices().diff())
    return torch.stack([adjacency.col_indices(), targets])
