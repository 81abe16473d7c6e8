"""Which space a network spans that started from an earlier one: that one's where both agree enough, else its own."""

from __future__ import annotations

import dataclasses
from typing import Any

from components.train_gnn.alignment.align import EVERY_KIND, Agreement, align
from components.train_gnn.alignment.earlier_network import EarlierNetwork
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import NetworkSettings
from schemas.instants import Instant, format_instant


@dataclasses.dataclass(frozen=True)
class Placement:
    """Where a network came to lie.

    Attributes:
        earlier: What it was aligned to.
        space: The earlier network's space; None where the network spans one of its own.
        agreements: By kind of node, and for all kinds together.
        notice: The outcome in words.
    """

    earlier: EarlierNetwork
    space: str | None
    agreements: dict[str, Agreement]
    notice: str

    @property
    def counts(self) -> dict[str, float]:
        """Cosines and residuals, for the step's report."""
        result: dict[str, float] = {"keeps_space": int(self.space is not None)}
        for kind, agreement in self.agreements.items():
            suffix = "" if kind == EVERY_KIND else f"_{kind}"
            result |= {
                f"cosine_before{suffix}": agreement.cosine_before,
                f"cosine_after{suffix}": agreement.cosine_after,
                f"relative_residual{suffix}": agreement.relative_residual,
            }
        return result

    @property
    def details(self) -> dict[str, Any]:
        """What the artifact's meta tells of the alignment."""
        return {
            "space": self.earlier.space,
            "weights": self.earlier.weights,
            "known_before": format_instant(self.earlier.known_before),
            "agreement": {kind: dataclasses.asdict(each) for kind, each in self.agreements.items()},
        }


def place(
    network: GraphNetwork, earlier: EarlierNetwork, tables: GraphTables, instant: Instant, settings: NetworkSettings
) -> Placement:
    """Aligns a trained network to the one that it started from.

    Args:
        network: The trained network, on the CPU; its rotation is changed.
        earlier: What it started from.
        tables: Today's train graph.
        instant: The end of today's training days.
        settings: Of the trained network.

    Raises:
        ContractError: The two cannot be aligned; see align.
    """
    agreements = align(network, earlier, tables, instant)
    cosine, smallest = agreements[EVERY_KIND].cosine_after, settings.alignment.smallest_cosine
    kept = cosine >= smallest
    notice = (
        f"mean cosine {cosine:.4f} with the earlier network after alignment "
        f"({agreements[EVERY_KIND].cosine_before:.4f} before) "
        + (
            f"reaches smallest_cosine {smallest}: space {earlier.space} goes on"
            if kept
            else f"is below smallest_cosine {smallest}: a new space; embeddings, examples and rankers of "
            f"space {earlier.space} do not fit it"
        )
    )
    return Placement(earlier, earlier.space if kept else None, agreements, notice)
