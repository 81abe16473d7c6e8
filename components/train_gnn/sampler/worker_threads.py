"""How many threads sample."""

from __future__ import annotations

import os


def worker_threads(threads: int) -> int:
    """The number of threads that a setting means; 0 is all cores that this process may use."""
    return threads or len(os.sched_getaffinity(0))
