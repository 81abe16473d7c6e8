"""The fast bootstrap equals a naive one, is paired, and its intervals cover the truth as often as they promise."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pytest
import sklearn.metrics

from components.evaluate_ranker.bootstrap import auc_interval, interval, mean_value, pooled_auc, resample
from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray

USERS = 12


def synthetic_rows(seed: int, rows: int = 200) -> tuple[FloatArray, BoolArray, IntArray]:
    generator = numpy.random.default_rng(seed)
    return generator.integers(0, 20, rows) / 20, generator.random(rows) < 0.3, generator.integers(0, USERS, rows)


@hypothesis.given(strategies.integers(0, 10**6))
def test_weighted_auc_equals_scikit_learn(seed: int) -> None:
    scores, clicked, users = synthetic_rows(seed)
    weights = numpy.random.default_rng(seed + 1).integers(0, 4, (USERS, 3)).astype(numpy.float64)
    found = pooled_auc(scores, clicked, users, USERS)(weights)
    for column in range(3):
        of_rows = weights[users, column]
        if of_rows[clicked].sum() and of_rows[~clicked].sum():
            expected = sklearn.metrics.roc_auc_score(clicked, scores, sample_weight=of_rows)
            assert found[column] == pytest.approx(expected)
        else:
            assert numpy.isnan(found[column])


@pytest.mark.parametrize("label", [True, False])
def test_one_class_has_no_weighted_auc(label: bool) -> None:
    statistic = pooled_auc(numpy.arange(4) / 4, numpy.full(4, label), numpy.arange(4), 4)
    assert numpy.isnan(statistic(numpy.ones((4, 2), numpy.float32))).all()


def test_resampling_equals_repeating_the_rows_of_drawn_users() -> None:
    """The naive loop: draw users, copy their rows, compute from scratch."""
    scores, clicked, users = synthetic_rows(3)
    values = numpy.where(numpy.arange(200) % 7 == 0, numpy.nan, scores)
    statistics = {"auc": pooled_auc(scores, clicked, users, USERS), "mean": mean_value(values, users, USERS)}
    found = resample(statistics, USERS, resamples=120, seed=9)
    generator = numpy.random.default_rng(9)
    for number in range(120):
        drawn = generator.integers(0, USERS, USERS)
        rows = numpy.concatenate([numpy.flatnonzero(users == user) for user in drawn])
        assert found["auc"][number] == pytest.approx(sklearn.metrics.roc_auc_score(clicked[rows], scores[rows]))
        assert found["mean"][number] == pytest.approx(numpy.nanmean(values[rows]))


def test_the_same_ranker_twice_has_a_lift_of_exactly_zero() -> None:
    """Only holds if both see the same resamples."""
    scores, clicked, users = synthetic_rows(4)
    statistics = {name: pooled_auc(scores, clicked, users, USERS) for name in ("one", "other")}
    draws = resample(statistics, USERS, 60, seed=1)
    assert interval(draws["one"] - draws["other"], 0.95) == (0.0, 0.0)
    assert draws["one"].std() > 0


def test_same_seed_same_interval_and_higher_level_wider_interval() -> None:
    scores, clicked, users = synthetic_rows(5)
    narrow = auc_interval(scores, clicked, users, level=0.9, resamples=400, seed=2)
    assert narrow == auc_interval(scores, clicked, users, level=0.9, resamples=400, seed=2)
    wide = auc_interval(scores, clicked, users, level=0.99, resamples=400, seed=2)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_users_may_have_any_ids() -> None:
    scores, clicked, users = synthetic_rows(6)
    names = numpy.char.add("user ", numpy.char.zfill(users.astype(str), 2))
    assert auc_interval(scores, clicked, names, resamples=50) == auc_interval(scores, clicked, users, resamples=50)


def test_interval_is_undefined_where_resamples_are() -> None:
    values = numpy.linspace(0, 1, 200)
    values[:3] = numpy.nan
    assert numpy.isnan(interval(values, 0.95)).all()
    assert interval(numpy.linspace(0, 1, 201), 0.9) == pytest.approx((0.05, 0.95))


def test_paired_interval_covers_the_true_lift() -> None:
    """150 worlds whose users differ a lot: a 90 % interval over users covers the true lift about nine times in ten.

    Rows of one user share an effect, therefore intervals over rows would be too narrow; the true lift comes from one
    large world.
    """
    true_lift = _lift(*_world(numpy.random.default_rng(0), users=40_000))
    covered = 0
    for seed in range(150):
        generator = numpy.random.default_rng(1000 + seed)
        weak, strong, clicked, users = _world(generator, users=120)
        statistics = {"weak": pooled_auc(weak, clicked, users, 120), "strong": pooled_auc(strong, clicked, users, 120)}
        draws = resample(statistics, 120, resamples=200, seed=seed)
        low, high = interval(draws["strong"] - draws["weak"], 0.9)
        covered += low <= true_lift <= high
    assert 0.82 <= covered / 150 <= 0.97


def _world(generator: numpy.random.Generator, users: int) -> tuple[FloatArray, FloatArray, BoolArray, IntArray]:
    """Ten rows a user; the strong score also sees a signal whose strength differs by user."""
    index = numpy.repeat(numpy.arange(users), 10)
    shared, personal = generator.normal(size=users * 10), generator.normal(size=users * 10)
    strength = generator.exponential(size=users)[index]
    logit = -1 + shared + strength * personal
    clicked = generator.random(users * 10) < 1 / (1 + numpy.exp(-logit))
    return shared, shared + 0.7 * personal, clicked, index


def _lift(weak: FloatArray, strong: FloatArray, clicked: BoolArray, _users: IntArray) -> float:
    return float(sklearn.metrics.roc_auc_score(clicked, strong) - sklearn.metrics.roc_auc_score(clicked, weak))
