"""Several requests at a time: one alone is bound by the way to the service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

THREADS = 8
"""The client keeps up to 10 connections."""


def in_parallel(actions: Sequence[Callable[[], None]]) -> None:
    """Calls all; after the first error those that have not begun are left out, and the error is raised."""
    executor = ThreadPoolExecutor(THREADS)
    try:
        for future in as_completed([executor.submit(action) for action in actions]):
            future.result()
    finally:
        executor.shutdown(cancel_futures=True)
