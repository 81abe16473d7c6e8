"""ROC-AUC of scored links, pooled and per request, with intervals over users, on all of them and on every slice."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy

from components.evaluate_ranker import metrics
from components.evaluate_ranker.bootstrap import Statistic, interval, mean_value, pooled_auc, resample
from components.evaluate_ranker.metrics import BoolArray, FloatArray, IntArray
from components.evaluate_ranker.request_metrics import request_auc
from components.evaluate_ranker.settings import EvaluationSettings

ALL_LINKS = "all"
LINK_METRICS = ("auc", "auc_per_request")


@dataclasses.dataclass(frozen=True)
class ScoredLinks:
    """Impressed links as a network scores them.

    Attributes:
        score: Any increasing score [links].
        clicked: Labels [links].
        users: Index of each link's user [links].
        requests: Index of each link's request [links].
        request_users: Index of each request's user [requests].
    """

    score: FloatArray
    clicked: BoolArray
    users: IntArray
    requests: IntArray
    request_users: IntArray


def link_auc(links: ScoredLinks, slices: Mapping[str, BoolArray], settings: EvaluationSettings) -> dict[str, Any]:
    """Measures the order of links; every interval rests on the same resampled users.

    Args:
        links: The links.
        slices: Masks by name.
        settings: Resamples, level, seed, and the clicks that a part needs to be measured.

    Returns:
        `candidates`, `clicks`, `auc`, `auc_per_request` and `intervals` (`low` and `high` of each metric) of all links;
        the same of every slice under `slices`. NaN where there are too few clicks, or clicks alone.
    """
    parts = {ALL_LINKS: numpy.ones(len(links.clicked), numpy.bool_), **slices}
    user_count = int(links.request_users.max(initial=-1)) + 1
    told: dict[str, dict[str, Any]] = {}
    statistics: dict[str, Statistic] = {}
    for name, mask in parts.items():
        clicks = int(links.clicked[mask].sum())
        told[name] = {"candidates": int(mask.sum()), "clicks": clicks}
        if clicks < settings.minimum_slice_clicks:
            told[name] |= dict.fromkeys(LINK_METRICS, numpy.nan)
            continue
        told[name] |= order_metrics(links, mask)
        by_request = _auc_by_request(links, mask)
        statistics[f"{name}/auc"] = pooled_auc(links.score[mask], links.clicked[mask], links.users[mask], user_count)
        statistics[f"{name}/auc_per_request"] = mean_value(by_request, links.request_users, user_count)
    draws = resample(statistics, user_count, settings.resamples, settings.seed, progress=True) if statistics else {}
    for name, values in told.items():
        values["intervals"] = {metric: _interval(draws.get(f"{name}/{metric}"), settings) for metric in LINK_METRICS}
    overall = told.pop(ALL_LINKS)
    return {**overall, "slices": told}


def order_metrics(links: ScoredLinks, mask: BoolArray) -> dict[str, float]:
    """LINK_METRICS of some of the links; NaN where undefined."""
    by_request = _auc_by_request(links, mask)
    known = by_request[~numpy.isnan(by_request)]
    return {
        "auc": metrics.roc_auc(links.score[mask], links.clicked[mask]),
        "auc_per_request": float(known.mean()) if len(known) else float("nan"),
    }


def _auc_by_request(links: ScoredLinks, mask: BoolArray) -> FloatArray:
    """ROC-AUC among those links of each request that the mask keeps [requests]."""
    return request_auc(links.score[mask], links.clicked[mask], links.requests[mask], len(links.request_users))


def _interval(draws: FloatArray | None, settings: EvaluationSettings) -> dict[str, float]:
    low, high = (numpy.nan, numpy.nan) if draws is None else interval(draws, settings.level)
    return {"low": low, "high": high}
