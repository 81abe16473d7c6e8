"""Global batches, and the part of each that one process takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.link_batches import link_loader
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.prefetch import prefetched
from components.train_gnn.sampler.worker_threads import worker_threads
from components.train_gnn.supervision import Links
from components.train_gnn.training.processes import Processes
from components.train_gnn.training_links import ArrangedLinks


@dataclasses.dataclass(frozen=True)
class BatchPart:
    """What one process computes of a global batch.

    Attributes:
        start, stop: Its links, as numbers of the epoch's links.
        share: Of what the loss averages over in the batch. The shares of all processes add up to 1, so that the sum of
            (share x mean over the part) over the processes is the mean over the batch.
        units: What the loss averages over in the whole batch.
    """

    start: int
    stop: int
    share: float
    units: float


def batch_parts(arranged: ArrangedLinks, batch_links: int, processes: Processes) -> list[BatchPart]:
    """This process's part of every global batch.

    Args:
        arranged: The links; no request is cut.
        batch_links: Links in a global batch, which holds as many whole requests as fit, at least one.
        processes: Who share each batch.
    """
    edges = numpy.append(arranged.begins, len(arranged.links))
    before = numpy.append(0.0, numpy.cumsum(arranged.units, dtype=numpy.float64))[edges]
    parts = []
    first, slates = 0, len(edges) - 1
    while first < slates:
        last = int(numpy.searchsorted(edges, edges[first] + batch_links, side="right")) - 1
        last = max(last, first + 1)
        begin, end = _slates_of_rank(first, last, processes)
        units = float(before[last] - before[first])
        share = float(before[end] - before[begin]) / units if units else 0.0
        # A process without a slate takes one that counts nothing: all must take part in every exchange.
        end = max(end, begin + 1)
        parts.append(BatchPart(int(edges[begin]), int(edges[end]), share, units))
        first = last
    return parts


def _slates_of_rank(first: int, last: int, processes: Processes) -> tuple[int, int]:
    """The part of slates [first, last) that the process of this rank takes, all parts as even as can be."""
    slates = last - first
    return first + slates * processes.rank // processes.count, first + slates * (processes.rank + 1) // processes.count


def sampled_parts(
    links: Links, parts: list[BatchPart], tables: GraphTables, sampler: TimeRespectingSampler, processes: Processes
) -> Iterator[Any]:
    """The parts as sampled batches, made ahead.

    A link's neighbourhood depends on its number among all links, not on the part: any number of processes see the
    same trees, and a resumed run draws nothing for the parts that it skips.

    Args:
        links: All links of the epoch.
        parts: Those to make, in order.
        tables: The graph.
        sampler: Draws the neighbourhoods.
        processes: Of this machine; they share its cores.
    """
    loader = link_loader(links, tables, sampler, batch_links=1)
    threads = max(1, worker_threads(sampler.settings.threads) // processes.local_count)
    numbers = (list(range(part.start, part.stop)) for part in parts)
    return prefetched(loader, numbers, threads, sampler.settings.prefetch)
