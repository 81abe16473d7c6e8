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
from schemas.graph_artifact import IntArray


@dataclasses.dataclass(frozen=True)
class BatchPart:
    """What one process computes of a global batch.

    Attributes:
        start, stop: Its links, as numbers of the epoch's links.
        share: Of the batch's units (links, or slates where they are not divided): the shares of all processes add up
            to 1, so that the shared sum of (share x mean over the part) is the mean over the batch.
        units: In the whole batch.
    """

    start: int
    stop: int
    share: float
    units: int


def batch_parts(links: int, batch_links: int, processes: Processes, begins: IntArray | None = None) -> list[BatchPart]:
    """This process's part of every global batch.

    Args:
        links: Number of links of the epoch.
        batch_links: Links in a global batch; a batch of whole slates holds as many of them as fit, at least one.
        processes: Who share each batch.
        begins: Ascending numbers of the links at which indivisible units (slates) begin, the first of them 0. None:
            every link is a unit.
    """
    edges = numpy.append(numpy.arange(links) if begins is None else begins, links)
    parts = []
    first, units = 0, len(edges) - 1
    while first < units:
        last = int(numpy.searchsorted(edges, edges[first] + batch_links, side="right")) - 1
        last = max(last, first + 1)
        parts.append(_part_of_rank(edges, first, last, processes))
        first = last
    return parts


def _part_of_rank(edges: IntArray, first: int, last: int, processes: Processes) -> BatchPart:
    """Units [first, last) cut into as even parts as can be, for the process of this rank."""
    units = last - first
    begin, end = (first + units * rank // processes.count for rank in (processes.rank, processes.rank + 1))
    share = (end - begin) / units
    # A process without a unit takes one that counts nothing: all processes must take part in every exchange.
    end = max(end, begin + 1)
    return BatchPart(int(edges[begin]), int(edges[end]), share, units)


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
