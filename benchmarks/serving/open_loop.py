"""Requests that arrive whether or not earlier ones have been answered, as those of pages do."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy
from tqdm import tqdm

AT_ONCE = 16
"""Requests under way at the same time; later ones wait, and their wait counts."""


@dataclasses.dataclass(frozen=True)
class Load:
    """What came of a load.

    Attributes:
        requests: Sent.
        errors: Of them, those without an answer.
        median: Milliseconds from when a request was due until its answer was there.
        percentile_99: As much of the slowest request in a hundred.
    """

    requests: int
    errors: int
    median: float
    percentile_99: float


def run_load(ask: Callable[[], bool], rate: float, seconds: float, title: str) -> Load:
    """Sends requests at even distances and waits for the last answer.

    Args:
        ask: Sends one and tells whether it was answered; called from several threads.
        rate: Requests a second.
        seconds: For how long.
        title: Of the progress bar.
    """
    count = max(1, round(rate * seconds))
    due = time.perf_counter() + numpy.arange(count) / rate

    def timed(moment: float) -> tuple[float, bool]:
        answered = ask()
        return time.perf_counter() - moment, answered

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = []
        for moment in tqdm(due.tolist(), title, unit="request", mininterval=1):
            time.sleep(max(0.0, moment - time.perf_counter()))
            running.append(pool.submit(timed, moment))
        finished = [one.result() for one in running]
    milliseconds = [1000 * taken for taken, _ in finished]
    median, percentile_99 = numpy.percentile(milliseconds, [50, 99])
    return Load(count, sum(not answered for _, answered in finished), float(median), float(percentile_99))
