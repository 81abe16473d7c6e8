"""Runs a module of the project in a process that has seen nothing of this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[1]


def run_in_fresh_process(
    module: str, arguments: list[str], seconds: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs `python -m <module> <arguments>` and keeps what it prints.

    Args:
        module: Dotted name.
        arguments: Of its command line.
        seconds: The process is ended after so many; None lets it run.

    Raises:
        subprocess.TimeoutExpired: It ran longer.
    """
    search = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def last_error_line(finished: subprocess.CompletedProcess[str]) -> str:
    """The last line of what a process printed to standard error: the reason of its failure."""
    return (finished.stderr.strip().splitlines() or ["no message"])[-1]
