"""The loaders: the same batches for any number of threads, and those that PyG's own loader would make."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy
import pytest
import torch
from torch_geometric.data import HeteroData
from torch_geometric.loader import LinkLoader

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.loaders import TreeLinkLoader, TreeNodeLoader
from components.train_gnn.sampler.prefetch import prefetched
from components.train_gnn.settings import SamplerSettings
from components.train_gnn.supervision import CLICKS, VIEWS, Links, impressed_links
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables
from tests.components.train_gnn.sampler.toy_scales import at_toy_scale

TABLES = random_tables(0)
NODES = {"user": TABLES.users, "content": TABLES.contents, "brand": TABLES.brands}
LINKS = impressed_links(TABLES.edges[VIEWS], TABLES.edges[CLICKS])


def sampler_of(tables: GraphTables, merged: bool = False, **options: Any) -> TimeRespectingSampler:
    settings = SamplerSettings.model_validate(options)
    return at_toy_scale(TimeRespectingSampler(tables.edges, None, LAST_INSTANT, (3, 2), 0, settings, merged))


def loader_of(sampler: TimeRespectingSampler, links: Links, **options: Any) -> TreeLinkLoader:
    return TreeLinkLoader(
        sampler,
        NODES,
        VIEWS,
        torch.from_numpy(numpy.stack([links.user, links.content])),
        torch.from_numpy(links.label),
        torch.from_numpy(links.time),
        **options,
    )


def values(batch: HeteroData) -> dict[str, Any]:
    """Everything in a batch, as plain values."""
    return {
        f"{store._key} {name}": value.tolist() if isinstance(value, torch.Tensor) else value
        for store in batch.stores
        for name, value in store.items()
    }


@pytest.mark.parametrize("strategy", ["uniform", "recency", "importance"])
@pytest.mark.parametrize("replace", [False, True])
def test_same_batches_for_any_threads(strategy: str, replace: bool) -> None:
    """One, two and four threads, more batches ahead than there are and none, with shuffling."""
    results = []
    for threads, prefetch in ((1, 0), (1, 3), (2, 1), (4, 100)):
        sampler = sampler_of(TABLES, strategy=strategy, replace=replace, threads=threads, prefetch=prefetch)
        generator = torch.Generator().manual_seed(3)
        loader = loader_of(sampler, LINKS, batch_size=16, shuffle=True, generator=generator)
        assert len(loader) == 19
        results.append([values(batch) for batch in loader])
    assert len(results[0]) == 19
    assert results[0] == results[1] == results[2] == results[3]


def test_equals_the_batches_of_pyg() -> None:
    """Everything that PyG's LinkLoader makes of the same sampler, and the degrees and the seed of the epoch besides."""
    sampler = sampler_of(TABLES)
    data = HeteroData()
    for kind, count in NODES.items():
        data[kind].num_nodes = count
    for edge_type in TABLES.edges:
        data[edge_type].edge_index = torch.empty(2, 0, dtype=torch.long)
    theirs = LinkLoader(
        data,
        sampler,
        edge_label_index=(VIEWS, torch.from_numpy(numpy.stack([LINKS.user, LINKS.content]))),
        edge_label=torch.from_numpy(LINKS.label),
        edge_label_time=torch.from_numpy(LINKS.time),
        batch_size=64,
    )
    for our_batch, their_batch in zip(loader_of(sampler, LINKS, batch_size=64), theirs, strict=True):
        ours, expected = values(our_batch), values(their_batch)
        extra = {name: ours.pop(name) for name in list(ours) if name.endswith(" degree")}
        assert len(extra) == len(TABLES.edges)
        assert ours.pop("None random_seed") == sampler.random_seed
        assert ours == expected
        our_batch.validate()


def test_worker_processes_make_the_same_batches() -> None:
    sampler = sampler_of(TABLES)
    threads, processes = (
        [values(batch) for batch in loader_of(sampler, LINKS, batch_size=100, **options)]
        for options in ({}, {"num_workers": 1, "multiprocessing_context": "fork"})
    )
    assert threads == processes


def test_nodes_keep_their_times_and_numbers() -> None:
    """Disjoint and merged: `seed` leads from a batch to what was asked for."""
    users = torch.tensor([3, 1, 3, 0, 2])
    for merged in (False, True):
        instants = torch.full_like(users, 500) if merged else torch.arange(5) * 200
        loader = TreeNodeLoader(sampler_of(TABLES, merged), NODES, "user", users, instants, batch_size=3)
        batches = list(loader)
        assert torch.cat([batch["user"].n_id[batch["user"].seed] for batch in batches]).tolist() == users.tolist()
        assert torch.cat([batch["user"].input_id for batch in batches]).tolist() == [0, 1, 2, 3, 4]
        assert torch.cat([batch["user"].seed_time for batch in batches]).tolist() == instants.tolist()
        assert len(batches[0]["user"].n_id[: batches[0]["user"].num_sampled_nodes[0]]) == (2 if merged else 3)


def test_an_error_of_a_thread_reaches_the_caller() -> None:
    loader = loader_of(sampler_of(TABLES, merged=True, threads=2), LINKS, batch_size=50)
    with pytest.raises(ValueError, match="rule 4"):
        list(loader)


def test_stopping_early_ends_the_threads() -> None:
    before = threading.active_count()
    batches = iter(loader_of(sampler_of(TABLES, threads=2, prefetch=3), LINKS, batch_size=4))
    next(batches)
    batches.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == before


def test_batches_are_made_ahead_but_not_without_end() -> None:
    """Two batches are made while the caller works on the first."""
    made: list[int] = []

    def make(number: int) -> int:
        made.append(number)
        return number

    batches = prefetched(make, range(100), threads=1, ahead=2)
    assert next(batches) == 0
    deadline = time.monotonic() + 10
    while len(made) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert sorted(made) == [0, 1, 2]
    assert list(batches) == list(range(1, 100))
