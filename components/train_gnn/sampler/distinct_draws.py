"""Drops repeats among draws."""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled


@compiled
def accept_distinct(chosen: numpy.ndarray, have: int, drawn: numpy.ndarray, count: int, replace: bool) -> int:
    """Appends draws to the chosen edges, each once unless drawn with replacement.

    Args:
        chosen: The chosen edges; the first `have` are filled in.
        have: Number of chosen edges.
        drawn: New draws; no more than there is room for.
        count: Number of new draws.
        replace: Whether an edge can be chosen twice.

    Returns:
        The new number of chosen edges.
    """
    for draw in range(count):
        repeated = False
        if not replace:
            for place in range(have):
                if chosen[place] == drawn[draw]:
                    repeated = True
                    break
        if not repeated:
            chosen[have] = drawn[draw]
            have += 1
    return have
