"""Uniform choice without replacement for many nodes at once."""

from __future__ import annotations

import numpy

from schemas.graph_artifact import IntArray


def choose_uniformly(available: IntArray, wanted: int, generator: numpy.random.Generator) -> tuple[IntArray, IntArray]:
    """Chooses at most `wanted` of each node's `available` edges, every subset equally likely.

    Robert Floyd's algorithm (Bentley and Floyd, "A sample of brilliance", CACM 30(9), 1987), all nodes side by side:
    one pass for each wanted edge, no rejection.

    Args:
        available: Number of edges to choose from [nodes].
        wanted: Largest number to choose.
        generator: Source of randomness.

    Returns:
        owner: For each chosen edge the node that chose it, ascending [chosen].
        offset: Its number among that node's edges, in [0, available) [chosen].
    """
    few = available <= wanted
    taken = numpy.where(few, available, 0)
    owner_of_all = numpy.repeat(numpy.arange(len(available)), taken)
    offset_of_all = numpy.arange(len(owner_of_all)) - numpy.repeat(numpy.cumsum(taken) - taken, taken)

    many = numpy.flatnonzero(~few)
    population = available[many]
    chosen = numpy.empty((len(many), wanted), dtype=numpy.int64)  # [nodes with many, wanted]
    for position in range(wanted):
        top = population - wanted + position
        draw = (generator.random(len(many)) * (top + 1)).astype(numpy.int64)
        repeated = (chosen[:, :position] == draw[:, None]).any(axis=1)
        chosen[:, position] = numpy.where(repeated, top, draw)

    owner = numpy.concatenate([owner_of_all, numpy.repeat(many, wanted)])
    offset = numpy.concatenate([offset_of_all, chosen.ravel()])
    order = numpy.argsort(owner, kind="stable")
    return owner[order], offset[order]
