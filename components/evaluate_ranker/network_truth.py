"""In a simulated world: how far the network's links come on the way from chance to the best possible."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy

from components.evaluate_ranker.link_auc import ALL_LINKS, LINK_METRICS, ScoredLinks, order_metrics
from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.truth import share_of_possible

GOALS = {ALL_LINKS: 0.85, "new_content": 0.6}
"""Share of the way that a network should reach; on new content there is less to learn from."""

RANKS_WITHIN_REQUESTS = ("contrast",)
"""Encoders that leave popularity to the ranker: their goal is the ROC-AUC per request."""


def network_truth(
    links: ScoredLinks, slices: Mapping[str, BoolArray], user_content_score: FloatArray, network: Mapping[str, Any]
) -> dict[str, Any]:
    """Compares the network with the best possible for a scorer that knows user and content only, as of `as_of`.

    Args:
        links: The test rows with the network's score.
        slices: Masks by name.
        user_content_score: The truth's score of each row [rows].
        network: From network_alone.

    Returns:
        `goal_metric` (by the encoder), and `parts`: of all links and of every slice the `best_possible` and the
        `share_reached`, (auc - 0.5) / (best - 0.5), each pooled and per request, NaN where undefined, and the `goal`,
        None where there is none.
    """
    best_links = dataclasses.replace(links, score=user_content_score)
    masks = {ALL_LINKS: numpy.ones(len(links.clicked), numpy.bool_), **slices}
    parts = {}
    for name, mask in masks.items():
        reached = network if name == ALL_LINKS else network["slices"][name]
        best = order_metrics(best_links, mask)
        parts[name] = {
            "best_possible": best,
            "share_reached": {metric: share_of_possible(reached[metric], best[metric]) for metric in LINK_METRICS},
            "goal": GOALS.get(name),
        }
    within = network["encoder"] in RANKS_WITHIN_REQUESTS
    return {"goal_metric": "auc_per_request" if within else "auc", "parts": parts}
