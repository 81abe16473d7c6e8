"""The local server in a process of its own, as `make serve` runs it."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
SECONDS_TO_STOP = 60


@dataclasses.dataclass(frozen=True)
class LocalServerProcess:
    """A running server.

    Attributes:
        target: host:port.
        process: The process.
    """

    target: str
    process: subprocess.Popen[str]

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self.process.poll() is None

    @property
    def resident_bytes(self) -> int:
        """Its memory now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1]) * PAGE


@contextlib.contextmanager
def local_server_process(base: Path, options: Sequence[str] = ()) -> Iterator[LocalServerProcess]:
    """Starts the server on a free port and stops it as Kubernetes would, by SIGTERM.

    Args:
        base: The pushed folder.
        options: Further arguments of python -m serving.local_server.

    Raises:
        RuntimeError: It did not start, or did not end in order; its own words are on stderr.
    """
    command = [sys.executable, "-m", "serving.local_server", "--base", str(base), "--port", "0", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        if " at " not in first:
            raise RuntimeError(f"{' '.join(command)} did not start; see its messages above")
        yield LocalServerProcess(first.rpartition(" at ")[2].strip(), process)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if process.stdout is not None:
            process.stdout.close()
    if code:
        raise RuntimeError(f"the server ended with exit code {code}")
