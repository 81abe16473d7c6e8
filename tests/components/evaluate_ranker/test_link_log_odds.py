"""The network's log odds outside of torch: the very numbers that the network itself gives, popularity included."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
import torch

from components.evaluate_ranker.link_log_odds import network_links
from components.evaluate_ranker.record_columns import RecordColumns
from components.train_gnn.popularity import PopularityOffset
from schemas.example_artifact import ExampleDetails

ROWS, SIZE = 50, 4
DETAILS = ExampleDetails(
    space="tiny",
    embedding_size=SIZE,
    vocabularies={},
    requests={},
    candidates={},
    clicks={},
    smoothing=7.0,
    prior_click_rate=0.2,
    refresh=1,
    training_slate_size=1.0,
)


def columns_of(clicks: numpy.ndarray, views: numpy.ndarray) -> RecordColumns:
    generator = numpy.random.default_rng(0)
    rate = (clicks + DETAILS.smoothing * DETAILS.prior_click_rate) / (views + DETAILS.smoothing)
    values = {
        "user_embedding": generator.normal(size=(ROWS, SIZE)).astype(numpy.float32),
        "content_embedding": generator.normal(size=(ROWS, SIZE)).astype(numpy.float32),
        "content_views_7d": views.astype(numpy.float32),
        "content_click_rate_7d": rate.astype(numpy.float32),
    }
    rows = numpy.arange(ROWS)
    return RecordColumns(rows, rows, rows, rows % 3 == 0, values)


@pytest.mark.parametrize("popular", [True, False])
def test_equals_the_network(popular: bool) -> None:
    generator = numpy.random.default_rng(1)
    views = generator.integers(0, 200, ROWS)
    clicks = generator.binomial(views, 0.3)
    columns = columns_of(clicks, views)
    log_odds: dict[str, Any] = {"scale": 1.7, "bias": -2.0, "popularity": None}
    dot_product = (columns.values["user_embedding"] * columns.values["content_embedding"]).sum(axis=1)
    expected = 1.7 * dot_product - 2.0
    if popular:
        offset = PopularityOffset(smoothing=20.0)
        offset.start_at(0.09)
        with torch.no_grad():
            offset.weight.fill_(0.8)
            expected += offset(torch.from_numpy(clicks).float(), torch.from_numpy(views).float()).numpy()
        log_odds["popularity"] = {"weight": 0.8, "prior": 0.09, "smoothing": 20.0}
    assert numpy.allclose(network_links(columns, log_odds, DETAILS).score, expected, atol=1e-3)


def test_an_older_network_is_scored_by_its_dot_product() -> None:
    columns = columns_of(numpy.zeros(ROWS), numpy.zeros(ROWS))
    expected = (columns.values["user_embedding"] * columns.values["content_embedding"]).sum(axis=1)
    assert numpy.allclose(network_links(columns, None, DETAILS).score, expected, atol=1e-5)
