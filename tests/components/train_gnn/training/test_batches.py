"""Global batches and their parts: every link once, shares that add up, slates whole."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given, strategies

from components.train_gnn.training.batches import BatchPart, batch_parts
from components.train_gnn.training.processes import Processes
from components.train_gnn.training_links import ArrangedLinks
from tests.components.train_gnn.training.tiny_links import arranged_links


def parts_by_rank(arranged: ArrangedLinks, batch_links: int, count: int) -> list[list[BatchPart]]:
    return [batch_parts(arranged, batch_links, Processes(rank, count)) for rank in range(count)]


@given(
    slates=strategies.lists(strategies.integers(1, 6), min_size=1, max_size=60),
    batch_links=strategies.integers(1, 20),
    count=strategies.integers(1, 4),
    divided=strategies.booleans(),
)
def test_every_link_once_and_shares_add_up(slates: list[int], batch_links: int, count: int, divided: bool) -> None:
    links = sum(slates)
    begins = numpy.concatenate([[0], numpy.cumsum(slates)[:-1]])
    slate = numpy.arange(links) if divided else numpy.repeat(numpy.arange(len(slates)), slates)
    by_rank = parts_by_rank(arranged_links(slate, numpy.ones(links)), batch_links, count)
    assert len({len(parts) for parts in by_rank}) == 1, "every process takes part in every batch"
    covered: list[int] = []
    for batch in zip(*by_rank, strict=True):
        assert sum(part.share for part in batch) == pytest.approx(1)
        assert all(part.stop > part.start for part in batch)
        counted = [part for part in batch if part.share]
        covered += [link for part in counted for link in range(part.start, part.stop)]
        taken = sum(part.stop - part.start for part in counted)
        if divided:
            assert [round(part.share * taken) for part in counted] == [part.stop - part.start for part in counted]
            assert taken == batch[0].units <= batch_links
        else:
            assert all(part.start in begins and part.stop in {*begins.tolist(), links} for part in counted)
            assert taken <= batch_links or len(counted) == 1
    assert covered == list(range(links))


@given(links=strategies.integers(1, 80), count=strategies.integers(1, 4), seed=strategies.integers(0, 99))
def test_shared_means_make_the_mean_of_the_batch(links: int, count: int, seed: int) -> None:
    """A loss that averages over some of its links only, as those over clicks do."""
    generator = numpy.random.default_rng(seed)
    weight = (generator.random(links) < 0.3).astype(numpy.float32)
    loss = generator.random(links)
    by_rank = parts_by_rank(arranged_links(numpy.arange(links), weight), 16, count)
    for batch in zip(*by_rank, strict=True):
        start, stop = min(part.start for part in batch), max(part.stop for part in batch)
        whole, counted = slice(start, stop), weight[start:stop].sum()
        shared = 0.0
        for part in batch:
            own = weight[part.start : part.stop]
            if own.sum():
                shared += part.share * float(numpy.average(loss[part.start : part.stop], weights=own))
        if counted:
            assert shared == pytest.approx(numpy.average(loss[whole], weights=weight[whole]))
        assert all(part.units == counted for part in batch)


def test_the_batches_do_not_depend_on_the_number_of_processes() -> None:
    links = arranged_links(numpy.arange(100), numpy.ones(100))
    alone = batch_parts(links, 32, Processes())
    assert [(part.start, part.stop, part.share) for part in alone] == [
        (0, 32, 1.0),
        (32, 64, 1.0),
        (64, 96, 1.0),
        (96, 100, 1.0),
    ]
    for parts in parts_by_rank(links, 32, 3):
        assert [part.units for part in parts] == [32, 32, 32, 4]
