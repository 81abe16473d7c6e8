"""The statistics of counts are those of the values themselves, as scipy and a hand-written index tell them."""

from __future__ import annotations

import math

import numpy
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from components.validate_logs.drift.statistics import (
    chi_squared,
    kolmogorov_smirnov,
    population_stability_index,
    shares_differ,
    volumes_differ,
)

COUNTS = (
    st.integers(2, 12)
    .flatmap(lambda size: st.tuples(*[st.lists(st.integers(0, 500), min_size=size, max_size=size)] * 2))
    .filter(lambda pair: sum(pair[0]) > 0 and sum(pair[1]) > 0)
)


@settings(max_examples=60)
@given(counts=COUNTS)
def test_the_kolmogorov_smirnov_statistic_is_that_of_the_values(counts: tuple[list[int], list[int]]) -> None:
    newest, before = map(numpy.array, counts)
    distance, p_value = kolmogorov_smirnov(newest, before)
    values = numpy.arange(len(newest))
    expected = scipy.stats.ks_2samp(numpy.repeat(values, newest), numpy.repeat(values, before), method="asymp")
    assert distance == pytest.approx(expected.statistic, abs=1e-12)
    if min(newest.sum(), before.sum()) > 1000:
        assert p_value == pytest.approx(expected.pvalue, abs=0.02)


def test_bins_give_at_most_the_distance_of_the_values() -> None:
    generator = numpy.random.default_rng(0)
    one, other = generator.lognormal(0, 1, 4000), generator.lognormal(0.2, 1, 4000)
    edges = numpy.geomspace(1e-3, 1e3, 40)
    distance, p_value = kolmogorov_smirnov(numpy.histogram(one, edges)[0], numpy.histogram(other, edges)[0])
    expected = scipy.stats.ks_2samp(one, other)
    assert 0.8 * expected.statistic < distance <= expected.statistic
    assert p_value >= expected.pvalue


@settings(max_examples=60)
@given(counts=COUNTS)
def test_chi_squared_and_cramers_v_are_those_of_scipy(counts: tuple[list[int], list[int]]) -> None:
    newest, before = map(numpy.array, counts)
    statistic, p_value, strength = chi_squared(newest, before)
    table = numpy.stack([newest, before])
    table = table[:, table.any(axis=0)]
    if table.shape[1] == 1:
        assert (statistic, p_value, strength) == (0, 1, 0)
        return
    expected = scipy.stats.chi2_contingency(table, correction=False)
    assert statistic == pytest.approx(expected.statistic)
    assert p_value == pytest.approx(expected.pvalue)
    assert strength == pytest.approx(scipy.stats.contingency.association(table, method="cramer"))


@settings(max_examples=60)
@given(counts=COUNTS)
def test_the_population_stability_index_is_the_sum_that_its_definition_says(
    counts: tuple[list[int], list[int]],
) -> None:
    newest, before = counts
    expected = 0.0
    for one, other in zip(newest, before, strict=True):
        share, reference = max(one / sum(newest), 1e-4), max(other / sum(before), 1e-4)
        expected += (share - reference) * math.log(share / reference)
    found = population_stability_index(numpy.array(newest), numpy.array(before))
    assert found == pytest.approx(expected, abs=1e-12)
    assert found >= 0
    assert found == pytest.approx(population_stability_index(numpy.array(before), numpy.array(newest)), abs=1e-12)


def test_p_values_of_days_that_differ_by_chance_are_uniform() -> None:
    """Else a declared significance would mean something else."""
    generator = numpy.random.default_rng(1)
    volumes = [volumes_differ(int(generator.poisson(400)), int(generator.poisson(2400)), 6) for _ in range(1000)]
    shares = [shares_differ(*_share(generator, 500), *_share(generator, 3000)) for _ in range(1000)]
    for p_values in (volumes, shares):
        assert numpy.mean(numpy.array(p_values) < 0.05) == pytest.approx(0.05, abs=0.025)
    assert volumes_differ(200, 2400, 6) < 1e-6
    assert shares_differ(100, 500, 300, 3000) < 1e-6


def _share(generator: numpy.random.Generator, rows: int) -> tuple[int, int]:
    return int(generator.binomial(rows, 0.1)), rows
