"""Runs a function in a process of its own and measures its time and its peak memory."""

from __future__ import annotations

import dataclasses
import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection


@dataclasses.dataclass(frozen=True)
class Measured:
    """What a run took.

    Attributes:
        seconds: Wall-clock time of the function alone, without the start of the process.
        peak_memory_gb: Largest resident memory of the process, in 10^9 bytes.
    """

    seconds: float
    peak_memory_gb: float


def measured(work: Callable[..., None], *arguments: object) -> Measured:
    """Calls `work` in a fresh process.

    Args:
        work: A function of a module; the imports inside it are timed too.
        arguments: Picklable.

    Raises:
        RuntimeError: The process failed; its own message is on stderr.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        result: Measured = receiver.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"{work.__module__}.{work.__qualname__} failed with exit code {process.exitcode}") from None
    process.join()
    return result


def _run(sender: Connection, work: Callable[..., None], arguments: tuple[object, ...]) -> None:
    started = time.perf_counter()
    work(*arguments)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    sender.send(Measured(seconds, peak))
    sender.close()
