"""Means, differences and corrected p-values against other ways to compute them."""

from __future__ import annotations

import math

import hypothesis
import hypothesis.strategies as strategies
import numpy
import pytest
import scipy.stats

from orchestration.rolling.estimates import Estimate, holm, mean_of

CHANCES = strategies.dictionaries(strategies.text(max_size=3), strategies.floats(0, 1), min_size=1, max_size=8)


def test_holm_equals_the_worked_example() -> None:
    # 0.005 x 4, 0.01 x 3, 0.03 x 2, and 0.04 x 1, which may not be smaller than the one before.
    corrected = holm({"c": 0.03, "a": 0.01, "d": 0.005, "b": 0.04})
    assert corrected == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})


@hypothesis.settings(max_examples=50)
@hypothesis.given(CHANCES, strategies.floats(0.001, 0.5))
def test_holm_rejects_what_its_step_down_procedure_rejects(chances: dict[str, float], level: float) -> None:
    rejected: set[str] = set()
    for name in sorted(chances, key=lambda name: chances[name]):
        if chances[name] * (len(chances) - len(rejected)) > level:
            break
        rejected.add(name)
    assert {name for name, chance in holm(chances).items() if chance <= level} == rejected


def test_what_is_undefined_is_not_counted() -> None:
    corrected = holm({"a": 0.02, "b": math.nan})
    assert corrected["a"] == 0.02
    assert math.isnan(corrected["b"])


def test_the_chance_is_that_of_a_normal_distribution() -> None:
    draws = numpy.random.default_rng(0).normal(0.3, 0.2, 100_000)
    expected = 2 * scipy.stats.norm.sf(0.3 / 0.2)
    assert Estimate(0.3, draws).chance == pytest.approx(expected, rel=0.02)
    assert math.isnan(Estimate(0.0, numpy.zeros(10)).chance)


def test_means_and_differences_keep_the_pairing_of_the_draws() -> None:
    draws = numpy.random.default_rng(0).normal(size=1000)
    one, other = Estimate(0.8, 0.8 + draws), Estimate(0.7, 0.7 + draws)
    told = one.minus(other).told(0.95)
    assert told == pytest.approx({"value": 10, "low": 10, "high": 10})
    mean = mean_of([one, other])
    assert mean.value == pytest.approx(0.75)
    assert mean.draws == pytest.approx(0.75 + draws)
