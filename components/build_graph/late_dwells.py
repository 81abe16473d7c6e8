"""Gives clicks of an earlier graph the weight of a dwell that has ended since."""

from __future__ import annotations

from components.build_graph.carry_over import PendingClicks
from schemas.graph_artifact import Edges

UNKNOWN_WEIGHT = 1.0


def set_late_dwells(edges: Edges, clicks: PendingClicks, by_content: bool) -> None:
    """Sets the weights, in place, and sorts edges of one target, time and source by weight again.

    Args:
        edges: A click relation, writable.
        clicks: Clicks whose dwell is known now; few, since each is looked up by itself.
        by_content: Whether the targets are contents, else users.
    """
    targets, rows = (clicks.content, clicks.user) if by_content else (clicks.user, clicks.content)
    for target, row, time, weight in zip(targets, rows, clicks.time, clicks.weight, strict=True):
        first, last = int(edges.colptr[target]), int(edges.colptr[target + 1])
        first, last = (first + int(edges.time[first:last].searchsorted(time, side)) for side in ("left", "right"))
        first, last = (first + int(edges.row[first:last].searchsorted(row, side)) for side in ("left", "right"))
        tied = edges.weight[first:last].copy()
        # Which of several clicks at one instant it was does not matter: their weights are sorted.
        tied[(tied == UNKNOWN_WEIGHT).argmax()] = weight
        tied.sort()
        edges.weight[first:last] = tied
