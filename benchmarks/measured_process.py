"""Runs a function in a process of its own and measures its time and its peak memory."""

from __future__ import annotations

import dataclasses
import importlib
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


@dataclasses.dataclass(frozen=True)
class Measured:
    """What a run took.

    Attributes:
        seconds: Wall-clock time of the function alone, without the start of the process and its imports.
        peak_memory_gb: Largest resident memory of the process, in 10^9 bytes.
    """

    seconds: float
    peak_memory_gb: float


def measured(work: Callable[..., None], *arguments: object) -> Measured:
    """Calls `work` in a fresh process.

    Args:
        work: A function of a module.
        arguments: Picklable.

    Raises:
        CalledProcessError: The process failed; its own message is on stderr.
    """
    # Not multiprocessing: importing Great Expectations in its child processes ends them, where pyspark is installed.
    with tempfile.TemporaryDirectory(prefix="measured_") as folder:
        call, result = Path(folder) / "call.pickle", Path(folder) / "result.json"
        call.write_bytes(pickle.dumps((_module_of(work), work.__qualname__, arguments)))
        subprocess.run([sys.executable, "-m", "benchmarks.measured_process", str(call), str(result)], check=True)
        return Measured(**json.loads(result.read_text(encoding="utf-8")))


def _module_of(work: Callable[..., None]) -> str:
    """The name to import it by, also where its module is what was started with `python -m`."""
    specification = getattr(sys.modules[work.__module__], "__spec__", None)
    return work.__module__ if specification is None else str(specification.name)


def _run(call: Path, result: Path) -> None:
    module, name, arguments = pickle.loads(call.read_bytes())
    work = getattr(importlib.import_module(module), name)
    started = time.perf_counter()
    work(*arguments)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    result.write_text(json.dumps(dataclasses.asdict(Measured(seconds, peak))), encoding="utf-8")


if __name__ == "__main__":
    _run(Path(sys.argv[1]), Path(sys.argv[2]))
