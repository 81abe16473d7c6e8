"""The encoders by the name that a configuration gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor, nn

from components.train_gnn.encoders.contrast import ContrastEncoder
from components.train_gnn.encoders.sage import SageEncoder
from components.train_gnn.settings import NetworkSettings
from schemas.errors import ContractError
from schemas.graph_artifact import EdgeType


class Encoder(Protocol):
    """What every encoder offers."""

    residual_sequence: bool
    """How the LSTM enters a user's input vector (see InputEncoder)."""

    def __call__(
        self,
        vectors: dict[str, Tensor],
        adjacency: Mapping[EdgeType, Tensor],
        degree: Mapping[EdgeType, Tensor],
    ) -> dict[str, Tensor]:
        """Passes messages.

        Args:
            vectors: Input vectors by kind of node, each [nodes, size].
            adjacency: For each relation the edge_index [2, edges] of a sampled batch, or the whole graph as a sparse
                CSR tensor [targets, sources].
            degree: For each relation the true number of in-edges of every target node before its instant [targets].

        Returns:
            Output vectors by kind of node, each [nodes, size].
        """


ENCODERS: dict[str, type[ContrastEncoder] | type[SageEncoder]] = {"contrast": ContrastEncoder, "sage": SageEncoder}


def make_encoder(settings: NetworkSettings) -> nn.Module:
    """Builds the encoder that the settings name.

    Raises:
        ContractError: There is no encoder of that name.
    """
    if settings.encoder not in ENCODERS:
        raise ContractError(f"encoder '{settings.encoder}' is unknown; choose one of {', '.join(sorted(ENCODERS))}")
    return ENCODERS[settings.encoder](settings)
