"""The log odds that the graph network gives the test rows: its dot product, and what everybody thinks of the content.

Every test row carries the embeddings and counters as of the refresh that it may see, so that these are the links of the
test day as production would see them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy
import scipy.special

from components.evaluate_ranker.link_auc import ScoredLinks
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from schemas.example_artifact import ExampleDetails

EMBEDDINGS = ("user_embedding", "content_embedding")
COUNTERS = ("content_views_7d", "content_click_rate_7d")


def link_features(log_odds: Mapping[str, Any] | None) -> tuple[str, ...]:
    """What network_links reads of the test rows; its arguments are described there."""
    return (*EMBEDDINGS, *COUNTERS) if log_odds is not None and log_odds.get("popularity") else EMBEDDINGS


def network_links(columns: RecordColumns, log_odds: Mapping[str, Any] | None, details: ExampleDetails) -> ScoredLinks:
    """Every test row with the network's log odds.

    Args:
        columns: The test rows with link_features(log_odds).
        log_odds: `log_odds` of the network artifact's details; None of an older artifact, whose bare dot product is
            taken.
        details: Of the examples; they say how their click rates are smoothed.
    """
    user, content = (columns.values[name].astype(numpy.float64) for name in EMBEDDINGS)
    score = (user * content).sum(axis=1)  # [rows]
    if log_odds is not None:
        score = log_odds["scale"] * score + log_odds["bias"]
        if log_odds.get("popularity"):
            score = score + _popularity(columns, log_odds["popularity"], details)
    return ScoredLinks(score, columns.clicked, columns.users, columns.requests, columns.request_users)


def _popularity(columns: RecordColumns, popularity: Mapping[str, float], details: ExampleDetails) -> FloatArray:
    """The offset of train_gnn's popularity.py, from the counters of the examples, whose smoothing is taken back."""
    views, rate = (columns.values[name].astype(numpy.float64) for name in COUNTERS)
    clicks = rate * (views + details.smoothing) - details.smoothing * details.prior_click_rate
    prior, smoothing = popularity["prior"], popularity["smoothing"]
    smoothed = (numpy.maximum(clicks, 0) + smoothing * prior) / (numpy.maximum(views, clicks) + smoothing)
    offset: FloatArray = popularity["weight"] * (scipy.special.logit(smoothed) - scipy.special.logit(prior))
    return offset
