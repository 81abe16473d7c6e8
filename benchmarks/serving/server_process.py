"""A server in a process of its own, which tells on its first line of output where it listens."""

from __future__ import annotations

import contextlib
import dataclasses
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

STOP_SECONDS = 30


@dataclasses.dataclass(frozen=True)
class RunningServer:
    """A started server.

    Attributes:
        target: host:port.
        process_id: Of its process.
    """

    target: str
    process_id: int

    def peak_memory_gb(self) -> float:
        """Largest resident memory so far, in 10^9 bytes."""
        status = Path(f"/proc/{self.process_id}/status").read_text(encoding="utf-8")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(kilobytes) * 1024 / 1e9


@contextlib.contextmanager
def server_process(module: str, arguments: Sequence[str] = ()) -> Iterator[RunningServer]:
    """Runs `python -m module arguments` until the block ends.

    Args:
        module: Prints a line that ends in host:port once it answers.
        arguments: Of its command line.

    Raises:
        RuntimeError: The process ended without such a line; its own message is on stderr.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline().strip() if process.stdout is not None else ""
            if not line:
                raise RuntimeError(f"{module} ended with exit code {process.wait()} before it listened")
            yield RunningServer(line.split()[-1], process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
