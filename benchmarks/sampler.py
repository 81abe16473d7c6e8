"""Seed links a second through the loader to ready batches, against a plain loop: python -m benchmarks.sampler.

A link is one (user, content) pair with its time: both its ends are seeds, and both grow a tree of two layers. Views are
sampled in both directions. The plain loop draws the same edges on one core and stops there: no batches, no threads.

Each strategy gives two figures: links a second, and microseconds of processor time a link, which a busy machine bends
less. Rounds of all strategies and of the loop take turns; the median counts. Where torch-sparse is installed, PyG's
LinkNeighborLoader runs beside ours, without a time constraint, which it does not offer there.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable

import numpy
import torch
from torch_geometric.data import HeteroData
from torch_geometric.loader import LinkNeighborLoader
from tqdm import tqdm

from benchmarks.figure import Figure, print_figures
from benchmarks.plain_sampling import sample_links
from benchmarks.view_graph import DAYS, random_links, view_graph
from components.command_line import exit_code_of
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.loaders import TreeLinkLoader
from components.train_gnn.settings import SamplerSettings
from components.train_gnn.supervision import VIEWS, Links
from schemas.graph_artifact import Edges, EdgeType, reverse_of
from schemas.instants import DAY

USERS, CONTENTS, VIEW_EDGES = 200_000, 2_000, 5_000_000
FAN_OUT, BATCH_LINKS = (15, 10), 1_024
GOALS = {"uniform": 100_000, "recency": 50_000, "importance": 50_000}
PYG_GOAL = 12.0


@dataclasses.dataclass
class Rounds:
    """What the rounds of one contestant took, each in seconds: on the wall clock, and of the processor."""

    wall: list[float] = dataclasses.field(default_factory=list)
    processor: list[float] = dataclasses.field(default_factory=list)

    def add(self, run: Callable[[], None]) -> None:
        """Runs one round."""
        wall, processor = time.perf_counter(), time.process_time()
        run()
        self.wall.append(time.perf_counter() - wall)
        self.processor.append(time.process_time() - processor)

    def links_a_second(self, links: int) -> float:
        """Of the median round."""
        return links / statistics.median(self.wall)

    def processor_microseconds(self, links: int) -> float:
        """Of the median round, for a link."""
        return statistics.median(self.processor) / links * 1e6


def figures(links: int, rounds: int, threads: int, edges: dict[EdgeType, Edges]) -> list[Figure]:
    """Measures every strategy.

    Args:
        links: Links of a round.
        rounds: How many rounds each contestant has.
        threads: Of our loader.
        edges: The graph.
    """
    seeds = random_links(edges[VIEWS], links, seed=1)
    contestants: dict[str, Callable[[], None]] = {"plain loop": plain_loop(edges, seeds)}
    for strategy in GOALS:
        settings = SamplerSettings.model_validate({"strategy": strategy, "threads": threads})
        sampler = TimeRespectingSampler(edges, None, DAYS * DAY, FAN_OUT, seed=0, settings=settings)
        contestants[strategy] = _drain(tree_loader(sampler, seeds))
    if importlib.util.find_spec("torch_sparse"):
        contestants["PyG"] = _drain(pyg_loader(edges, seeds))
    measured = {name: Rounds() for name in contestants}
    for run in contestants.values():
        run()  # compiles, and touches every page
    for _ in tqdm(range(rounds), desc="rounds", file=sys.stderr):
        for name, run in contestants.items():
            measured[name].add(run)
    result = []
    for strategy, goal in GOALS.items():
        result += _figures_of(strategy, goal, measured[strategy], measured["plain loop"], links, threads)
    if "PyG" in measured:
        result.append(_beside_pyg(measured["uniform"], measured["PyG"], links))
    return result


def plain_loop(edges: dict[EdgeType, Edges], links: Links) -> Callable[[], None]:
    """A round of the plain loop."""
    of_content, of_user = edges[VIEWS], edges[reverse_of(VIEWS)]
    first, second = FAN_OUT
    nodes = numpy.empty((2 * BATCH_LINKS * (first + first * second), 4), dtype=numpy.int64)

    def run() -> None:
        for begin in range(0, len(links), BATCH_LINKS):
            batch = slice(begin, begin + BATCH_LINKS)
            sample_links(
                links.user[batch],
                links.content[batch],
                links.time[batch],
                *(of_user.colptr, of_user.row, of_user.time),
                *(of_content.colptr, of_content.row, of_content.time),
                first,
                second,
                nodes,
            )

    return run


def tree_loader(sampler: TimeRespectingSampler, links: Links) -> TreeLinkLoader:
    """Our loader."""
    return TreeLinkLoader(
        sampler,
        nodes={"user": USERS, "content": CONTENTS},
        link_type=VIEWS,
        ends=torch.from_numpy(numpy.stack([links.user, links.content])),
        label=torch.from_numpy(links.label),
        time=torch.from_numpy(links.time),
        batch_size=BATCH_LINKS,
    )


def pyg_loader(edges: dict[EdgeType, Edges], links: Links) -> LinkNeighborLoader:
    """PyG's loader, which needs torch-sparse (or pyg-lib); torch-sparse samples without times."""
    data = HeteroData()
    data["user"].num_nodes, data["content"].num_nodes = USERS, CONTENTS
    for edge_type, relation in edges.items():
        data[edge_type].edge_index = torch.from_numpy(numpy.stack([relation.row.astype(numpy.int64), relation.target]))
    return LinkNeighborLoader(
        data,
        num_neighbors=list(FAN_OUT),
        edge_label_index=(VIEWS, torch.from_numpy(numpy.stack([links.user, links.content]))),
        edge_label=torch.from_numpy(links.label),
        batch_size=BATCH_LINKS,
    )


def _drain(batches: Iterable[object]) -> Callable[[], None]:
    def run() -> None:
        for _ in batches:
            pass

    return run


def _figures_of(strategy: str, goal: int, ours: Rounds, plain: Rounds, links: int, threads: int) -> list[Figure]:
    work = (
        f"{USERS:,} users, {CONTENTS:,} contents, {VIEW_EDGES:,} views, fan-out {list(FAN_OUT)}, "
        f"{BATCH_LINKS:,} links a batch, {threads} threads"
    )
    rate, plain_rate = ours.links_a_second(links), plain.links_a_second(links)
    cost, plain_cost = ours.processor_microseconds(links), plain.processor_microseconds(links)
    share = threads * 1e6 / goal
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2)
    return [
        Figure(
            name=f"sampler: {strategy}",
            work=work,
            value=round(rate),
            unit="links/s",
            reference="plain loop, uniform, one core",
            reference_value=round(plain_rate),
            ratio=round(rate / plain_rate, 3),
            peak_memory_gb=memory,
            goal=f"at least {goal:,} links/s",
            met=rate >= goal,
        ),
        Figure(
            name=f"sampler: {strategy}, processor time",
            work=work,
            value=round(cost, 2),
            unit="us/link",
            reference="plain loop, uniform",
            reference_value=round(plain_cost, 2),
            ratio=round(cost / plain_cost, 3),
            peak_memory_gb=memory,
            goal=f"at most {share:g} us/link, which {threads} free cores turn into {goal:,} links/s",
            met=cost <= share,
        ),
    ]


def _beside_pyg(ours: Rounds, pyg: Rounds, links: int) -> Figure:
    rate, reference = ours.links_a_second(links), pyg.links_a_second(links)
    return Figure(
        name="sampler: uniform beside PyG",
        work="the same links",
        value=round(rate),
        unit="links/s",
        reference="LinkNeighborLoader on torch-sparse, without times",
        reference_value=round(reference),
        ratio=round(rate / reference, 2),
        peak_memory_gb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2),
        goal=f"at least {PYG_GOAL:g} times",
        met=rate >= PYG_GOAL * reference,
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sampler", description=__doc__)
    parser.add_argument("--links", type=int, default=200 * BATCH_LINKS, help="links of a round")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each contestant; the median counts")
    parser.add_argument("--threads", type=int, default=2, help="of our loader")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        torch.set_num_threads(1)
        edges = view_graph(USERS, CONTENTS, VIEW_EDGES, seed=0)
        print_figures(figures(options.links, options.rounds, options.threads, edges), options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
