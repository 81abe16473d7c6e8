"""Makes batches in background threads, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Key = TypeVar("Key")
Batch = TypeVar("Batch")


def prefetched(make: Callable[[Key], Batch], keys: Iterable[Key], threads: int, ahead: int) -> Iterator[Batch]:
    """Calls `make` for every key and yields the results in the order of the keys.

    The kernels of the sampler leave the interpreter to others while they run, so that threads suffice: nothing is
    copied between processes, and an error of `make` is raised here as it is.

    Args:
        make: Makes one batch; called by several threads at once.
        keys: One for each batch.
        threads: How many batches are made at once.
        ahead: How many batches are made before they are asked for; 0 makes each when it is asked for.
    """
    if ahead == 0:
        yield from map(make, keys)
        return
    pending: deque[Future[Batch]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="sampler") as pool:
        try:
            for key in keys:
                pending.append(pool.submit(make, key))
                if len(pending) > ahead:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:  # the caller may stop early
            for future in pending:
                future.cancel()
