"""The baseline's slate columns mean what the ranker's mean."""

from __future__ import annotations

import hypothesis
import hypothesis.extra.numpy as arrays
import hypothesis.strategies as strategies
import numpy
import pytest

from components.evaluate_ranker.comparators.slate_columns import (
    baseline_features,
    slate_columns,
    slate_difference,
    slate_rank,
)
from components.evaluate_ranker.record_columns import RecordColumns


@hypothesis.given(arrays.arrays(numpy.int64, 20, elements=strategies.integers(0, 4)), strategies.integers(1, 4))
def test_rank_and_difference_equal_a_loop(values: numpy.typing.NDArray[numpy.int64], count: int) -> None:
    requests = numpy.arange(20) * count // 20
    rank, difference = slate_rank(values / 4, requests), slate_difference(values / 4, requests)
    for request in range(count):
        slate = values[requests == request] / 4
        expected = [((slate < value).sum() + (slate == value).sum() / 2) / len(slate) for value in slate]
        assert rank[requests == request] == pytest.approx(expected)
        assert difference[requests == request] == pytest.approx(slate - slate.mean())


def columns_of(rows: int) -> RecordColumns:
    generator = numpy.random.default_rng(0)
    values = {
        feature.name: generator.normal(size=(rows, 4) if feature.size == "embedding" else rows)
        for feature in baseline_features(with_graph=True)
    }
    numbers = numpy.arange(rows) // 5
    return RecordColumns(numbers, numbers, numpy.arange(rows // 5), numpy.zeros(rows, numpy.bool_), values)


def test_the_graph_adds_its_own_columns_and_nothing_else() -> None:
    without, with_graph = (slate_columns(columns_of(20), flag) for flag in (False, True))
    assert set(with_graph) - set(without) == {
        "embedding_dot",
        "embedding_dot/rank",
        "embedding_dot/difference",
        "user_has_edges",
        "content_has_edges",
    }
    for name, values in without.items():
        assert (with_graph[name] == values).all()


def test_every_slate_feature_has_its_rank_and_difference_and_labels_stay_out() -> None:
    columns = slate_columns(columns_of(20), with_graph=True)
    for feature in baseline_features(with_graph=True):
        assert (f"{feature.name}/rank" in columns) == (f"{feature.name}/difference" in columns) == feature.slate
    assert not {"clicked", "cold_user", "cold_content", "new_content", "user_id", "timestamp"} & set(columns)


def test_the_dot_product_is_that_of_the_row() -> None:
    source = columns_of(20)
    expected = (source.values["user_embedding"][7] * source.values["content_embedding"][7]).sum()
    assert slate_columns(source, with_graph=True)["embedding_dot"][7] == pytest.approx(expected)
