"""A server in a process of its own, which tells on its first line of output where it listens."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

LOCAL_SERVER = "serving.local_server"
PAGE = os.sysconf("SC_PAGE_SIZE")
STOP_SECONDS = 60


@dataclasses.dataclass(frozen=True)
class ServerProcess:
    """A started server.

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

    def peak_memory_gb(self) -> float:
        """Largest resident memory so far, in 10^9 bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(kilobytes) * 1024 / 1e9


@contextlib.contextmanager
def server_process(module: str, arguments: Sequence[str] = ()) -> Iterator[ServerProcess]:
    """Runs `python -m module arguments` until the block ends, and stops it as Kubernetes would, by SIGTERM.

    Args:
        module: Prints a line that ends in host:port once it answers.
        arguments: Of its command line.

    Raises:
        RuntimeError: The process ended without such a line, or not in order; its own message is on stderr.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline().strip() if process.stdout is not None else ""
            if not line:
                raise RuntimeError(f"{module} ended with exit code {process.wait()} before it listened")
            yield ServerProcess(line.split()[-1], process)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                code = process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                code = process.wait()
    if code not in (0, -signal.SIGTERM):
        raise RuntimeError(f"{module} ended with exit code {code}")


@contextlib.contextmanager
def local_server_process(base: Path) -> Iterator[ServerProcess]:
    """The local server of a pushed folder on a free port, as `make serve` runs it."""
    with server_process(LOCAL_SERVER, ["--base", str(base), "--port", "0"]) as server:
        yield server
