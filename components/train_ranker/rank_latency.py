"""How long an export takes to rank the candidates of a page."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

import numpy
import tensorflow

from components.train_ranker.warm_up import WarmUpRequest

UNTIMED_CALLS = 3
"""The first calls trace and allocate; a server has its warm-up requests for them."""


def rank_milliseconds(rank: Any, warm_up: Sequence[WarmUpRequest], candidates: int, repeats: int) -> float:
    """The fastest of several calls with that many candidates, those of the largest warm-up request over again.

    Args:
        rank: The signature of a loaded SavedModel.
        warm_up: Its warm-up requests.
        candidates: How many to rank.
        repeats: Calls that are timed.

    Returns:
        Milliseconds; NaN where no warm-up request is one of `rank`.
    """
    ranked = [request for request in warm_up if request.signature == "rank"]
    if not ranked:
        return math.nan
    largest = max(ranked, key=lambda request: len(request.expected))
    content_ids = numpy.resize(largest.inputs["content_ids"], candidates)
    inputs = {
        name: tensorflow.constant(value) for name, value in {**largest.inputs, "content_ids": content_ids}.items()
    }
    taken = []
    for _ in range(UNTIMED_CALLS + repeats):
        started = time.perf_counter()
        for answer in rank(**inputs).values():
            answer.numpy()
        taken.append(time.perf_counter() - started)
    return 1000 * min(taken[UNTIMED_CALLS:])
