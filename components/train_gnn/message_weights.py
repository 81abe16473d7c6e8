"""How much each edge counts in a message: by its age, and by how long a click was read."""

from __future__ import annotations

import numpy

from components.train_gnn.settings import MessageSettings
from schemas.graph_artifact import WINDOWED, EdgeType, FloatArray, IntArray, known_click_weight
from schemas.instants import parse_duration

CLICKED: tuple[str, ...] = ("clicks", "clicked_by")
"""Relations whose edges can weigh what was read."""

_LIGHTEST = 60.0
"""Half-lives after which an edge becomes no lighter, so that a node of old edges alone still has a mean."""


def counts_alike(edge_type: EdgeType, settings: MessageSettings) -> bool:
    """Whether every edge of a relation weighs 1, so that neither its times nor its weights need reading."""
    _, relation, _ = edge_type
    aged = settings.half_life is not None and relation in WINDOWED
    return not aged and not (settings.dwell and relation in CLICKED)


def message_weights(
    edge_type: EdgeType, time: IntArray, weight: FloatArray, instant: IntArray, settings: MessageSettings
) -> FloatArray:
    """The weights of edges in the messages to nodes that live at given instants.

    Args:
        edge_type: Their relation.
        time: When each happened, microseconds [edges].
        weight: Their weights in the graph artifact: log1p(dwell_seconds) for clicks, 1 elsewhere [edges].
        instant: The instant of each edge's seed, microseconds [edges]; a dwell that ends later is not known yet.
        settings: What counts.

    Returns:
        float32 [edges].
    """
    _, relation, _ = edge_type
    result = numpy.ones(len(time), dtype=numpy.float32)
    if settings.dwell and relation in CLICKED:
        result *= known_click_weight(time, weight, instant)
    if settings.half_life is not None and relation in WINDOWED:
        half_lives = (instant - time) / parse_duration(settings.half_life)
        result *= numpy.exp2(-numpy.minimum(half_lives, _LIGHTEST)).astype(numpy.float32)
    return result
