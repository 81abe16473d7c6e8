"""The links of an epoch: single links as ever, whole requests where a loss compares, cold content more often."""

from __future__ import annotations

from typing import Any

import numpy
import pytest

from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import (
    CLICKS,
    VIEWS,
    Supervision,
    impressed_links,
    pair_key,
    split_supervision,
    thin_negatives,
)
from components.train_gnn.training_links import ArrangedLinks, TrainingLinks, arranged, earlier_views, thinned
from schemas.errors import ContractError
from tests.components.train_gnn.random_graphs import random_tables
from tests.e2e.coin_flip_graph import coin_flip_tables

TABLES = coin_flip_tables(1)
LINKS = impressed_links(TABLES.edges[VIEWS], TABLES.edges[CLICKS])
SUPERVISION = split_supervision(LINKS, TABLES.contents, 0.5, 0.2, numpy.random.default_rng(0))


def epoch(seed: int = 0, supervision: Supervision = SUPERVISION, **options: Any) -> ArrangedLinks:
    settings = NetworkSettings.model_validate({"batch_links": 50, **options})
    return TrainingLinks(LINKS, supervision.training, TABLES, settings).epoch(numpy.random.default_rng(seed))


def test_single_links_are_thinned_and_shuffled_as_ever() -> None:
    chosen = epoch()
    expected = thin_negatives(SUPERVISION.training, 4, numpy.random.default_rng(0))
    for name in vars(expected):
        assert numpy.array_equal(getattr(chosen.links, name), getattr(expected, name))
    assert chosen.begins.tolist() == list(range(len(expected)))
    assert chosen.units.tolist() == [1] * len(expected)
    assert chosen.in_batch is None


@pytest.mark.parametrize("loss", ["bpr", "softmax"])
def test_requests_stay_whole(loss: str) -> None:
    """A request's links are neighbours; each has a click and a view to compare; all links are training links."""
    chosen = epoch(loss={"name": loss})
    slate = chosen.slate
    assert (numpy.diff(slate) >= 0).all()
    assert chosen.begins.tolist() == [slate.tolist().index(number) for number in range(slate.max() + 1)]
    keys = {}
    for number in range(slate.max() + 1):
        inside = slate == number
        clicks = chosen.links.label[inside].sum()
        pairs = clicks * (inside.sum() - clicks)
        assert chosen.units[inside].sum() == (pairs if loss == "bpr" else clicks)
        assert {0.0, 1.0} == set(chosen.links.label[inside].tolist())
        keys[number] = {*zip(chosen.links.user[inside].tolist(), chosen.links.time[inside].tolist(), strict=True)}
        assert len(keys[number]) == 1
    assert len(set.union(*keys.values())) == len(keys)
    known = set(
        zip(*(getattr(SUPERVISION.training, name).tolist() for name in ("user", "content", "time")), strict=True)
    )
    assert (
        set(zip(*(getattr(chosen.links, name).tolist() for name in ("user", "content", "time")), strict=True)) <= known
    )
    assert not numpy.array_equal(chosen.links.time, numpy.sort(chosen.links.time)), "requests must be shuffled"


@pytest.mark.parametrize("loss", ["bce", "softmax"])
def test_same_seed_same_links(loss: str) -> None:
    options: dict[str, Any] = {"loss": {"name": loss}, "cold_start": {"cold_views": 60, "cold_oversampling": 1.5}}
    first, again, other = (epoch(seed, **options).links.time.tolist() for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize("loss", ["bce", "bpr"])
def test_cold_content_is_trained_on_more_often(loss: str) -> None:
    """Its share of the clicked links grows threefold, and copies of a request are requests of their own."""
    options: dict[str, Any] = {"loss": {"name": loss}, "negatives_per_click": 0}
    plain = epoch(**options)
    more = epoch(**options, cold_start={"cold_views": 60, "cold_oversampling": 3.0})

    def clicks(chosen: ArrangedLinks, cold: bool) -> int:
        below = earlier_views(TABLES.edges[VIEWS], chosen.links) < 60
        return int(chosen.links.label[below == cold].sum())

    assert clicks(plain, cold=True) > 50
    assert clicks(more, cold=True) == 3 * clicks(plain, cold=True)
    if loss == "bce":
        assert clicks(more, cold=False) == clicks(plain, cold=False)
    sizes = numpy.bincount(more.slate)
    assert sizes.max() <= numpy.bincount(plain.slate).max()


def test_the_share_of_unclicked_links_is_what_epochs_keep() -> None:
    """Counted over epochs against the links themselves, each as often as cold_oversampling asks for."""
    cold_start = {"cold_views": 10, "cold_oversampling": 2.5}
    settings = NetworkSettings.model_validate({"negatives_per_click": 1, "cold_start": cold_start})
    training = SUPERVISION.training
    cold = earlier_views(TABLES.edges[VIEWS], training) < 10
    unclicked = float(numpy.where(cold, 2.5, 1.0)[training.label == 0].sum())
    links = TrainingLinks(LINKS, training, TABLES, settings)
    kept = [int((links.epoch(numpy.random.default_rng(seed)).links.label == 0).sum()) for seed in range(40)]
    assert 0.1 < links.unclicked_share < 0.9
    assert links.unclicked_share == pytest.approx(float(numpy.mean(kept)) / unclicked, rel=0.02)
    for options in ({"negatives_per_click": 0}, {"negatives_per_click": 1000}):
        every = TrainingLinks(LINKS, training, TABLES, NetworkSettings.model_validate(options))
        assert every.unclicked_share == 1


def test_earlier_views_are_counted_strictly_before() -> None:
    tables = random_tables(2)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    views = tables.edges[VIEWS]
    expected = [
        int(((views.target == content) & (views.time < time)).sum())
        for content, time in zip(links.content, links.time, strict=True)
    ]
    assert earlier_views(views, links).tolist() == expected


def test_negatives_in_the_batch_know_every_shown_pair() -> None:
    """Held-out pairs and pairs that carry messages included: no label can be told from what is no negative."""
    chosen = epoch(loss={"name": "bce", "in_batch_negatives": True})
    assert chosen.in_batch is not None
    keys = set(pair_key(LINKS.user, LINKS.content, TABLES.contents).tolist())
    assert set(chosen.in_batch.shown.tolist()) == keys
    assert set(pair_key(SUPERVISION.held_out.user, SUPERVISION.held_out.content, TABLES.contents).tolist()) <= keys


def test_nothing_to_compare_is_refused() -> None:
    clicked = SUPERVISION.training.select(SUPERVISION.training.label > 0)
    only_clicks = Supervision(clicked, SUPERVISION.held_out, SUPERVISION.pair_keys, TABLES.contents)
    with pytest.raises(ContractError, match="loss 'bpr': no request has a clicked and an unclicked one"):
        epoch(supervision=only_clicks, loss={"name": "bpr"})


@pytest.mark.parametrize("loss", ["bce", "softmax"])
def test_measured_links_are_arranged_as_they_are(loss: str) -> None:
    """Neighbours of one user and time are a request where the loss compares them, and stand alone elsewhere."""
    settings = NetworkSettings.model_validate({"loss": {"name": loss}})
    links = thinned(SUPERVISION.held_out, settings, numpy.random.default_rng(0))
    chosen = arranged(links, settings)
    assert chosen.links is links
    requests = len(set(zip(links.user.tolist(), links.time.tolist(), strict=True)))
    assert len(chosen.begins) == (requests if loss == "softmax" else len(links))
    assert chosen.units.sum() == (links.label.sum() if loss == "softmax" else len(links))
