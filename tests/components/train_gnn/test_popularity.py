"""The popularity offset: by hand, from edges before the link alone, and out of the vectors' way."""

from __future__ import annotations

import math

import numpy
import pytest
import torch

from components.train_gnn.link_batches import link_loader
from components.train_gnn.popularity import PopularityOffset, content_counts
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.supervision import CLICKS, VIEWS, impressed_links, pair_key, split_supervision
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables


def test_equals_the_formula() -> None:
    offset = PopularityOffset(smoothing=20.0)
    offset.start_at(0.1)
    with torch.no_grad():
        offset.weight.fill_(0.5)
        values = offset(torch.tensor([0.0, 3.0, 2.0, 1.0]), torch.tensor([0.0, 10.0, 100.0, 0.0]))

    def logit(rate: float) -> float:
        return math.log(rate / (1 - rate))

    # The last one: a click whose views are all supervised pairs counts as a view too.
    rates = [2.0 / 20, 5.0 / 30, 4.0 / 120, 3.0 / 21]
    assert values.tolist() == pytest.approx([0.5 * (logit(rate) - logit(0.1)) for rate in rates], abs=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_counts_are_older_than_the_link_and_know_no_supervised_pair(seed: int) -> None:
    tables = random_tables(seed)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    supervision = split_supervision(links, tables.contents, 0.4, 0.3, numpy.random.default_rng(seed))
    sampler = TimeRespectingSampler(tables.edges, supervision, LAST_INSTANT, (1, 1), 0)
    held_out = supervision.held_out
    (batch,) = link_loader(held_out, tables, sampler, batch_links=len(held_out))
    found = content_counts(batch, hidden={})
    forbidden = set(supervision.pair_keys.tolist())
    for relation, counts in zip((CLICKS, VIEWS), found, strict=True):
        edges = tables.edges[relation]
        keys = pair_key(edges.row.astype(numpy.int64), edges.target, tables.contents)
        silent = numpy.array([key in forbidden for key in keys.tolist()])
        expected = [
            int(((edges.target == content) & (edges.time < time) & ~silent).sum())
            for content, time in zip(held_out.content, held_out.time, strict=True)
        ]
        assert counts.tolist() == expected
        assert sum(expected) > 0
