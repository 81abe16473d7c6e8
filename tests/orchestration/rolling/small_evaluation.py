"""A rolling evaluation of one day of a tiny shop that ends within seconds."""

from __future__ import annotations

from typing import Any

from orchestration.arguments import Input
from orchestration.configuration import RunConfiguration

LOGS = Input("/logs", "fingerprint")


def small_configuration(**rolling: Any) -> RunConfiguration:
    """The configuration; the keywords replace settings of its section `rolling`."""
    return RunConfiguration.model_validate(
        {
            "name": "small",
            "as_of": "2026-03-05T00:00:00Z",
            "window_days": 3,
            "network_days": 1,
            "cold_content_views": 20,
            "source": "simulator",
            "simulator": {
                "first_day": "2026-03-02",
                "days": 4,
                "impressions": 25_000,
                "contents": 80,
                "articles": 160,
                "brands": 10,
            },
            "network": {"epochs": 1, "embedding_size": 8, "fan_out": [4, 2], "lstm_hidden_size": 4},
            "ranker": {"epochs": 1, "deep_sizes": [8], "rank": 2, "cross_layers": 1},
            "evaluation": {"resamples": 50, "minimum_slice_clicks": 10},
            "rolling": {"seeds": (1,), "refreshes": ("1d", "12h"), **rolling},
        }
    )
