"""Standard output while kfp.local runs: the steps' own lines stay, KFP's executor lines go."""

from __future__ import annotations

import io
import re
import time
from typing import TextIO

EXECUTOR_NOTE = re.compile(r"\[KFP Executor [\d :,-]+ INFO\]: ")
"""Before what KFP's executor logs at level INFO, and before the notes of every library, which it turns on."""
PROGRESS_BAR = re.compile(r"\d+%\|.*\|\s*[\d.,]+[kMG]?/[\d.,]+|\d+\S*it \[\d\d:\d\d")
REFUSAL = "schemas.errors.ContractError: "
INDENT = "        "
SECONDS_BETWEEN_BARS = 10.0


class StepOutput(io.TextIOBase):
    """A text stream that kfp.local prints into.

    It drops the notes of KFP's executor (the dump of a step's inputs is fifty lines long) and of libraries, redraws
    progress bars in place on a terminal and thins them out elsewhere, and keeps the message of a refused input.
    Warnings and whatever a step prints stay.

    Args:
        terminal: Where lines go.
    """

    def __init__(self, terminal: TextIO) -> None:
        self.terminal = terminal
        self._pending = ""
        self._inside_dump = False
        self._bar_shown = time.monotonic()
        self._bar_finished = ""
        self._bar_open = False
        self._refusal: list[str] | None = None

    @property
    def refusal(self) -> str | None:
        """The last step's ContractError message, if it raised one."""
        return "\n".join(self._refusal).strip() if self._refusal else None

    def step_begins(self) -> None:
        """Forgets what an earlier step raised and showed."""
        self._refusal = None
        self._bar_shown = time.monotonic()
        self._bar_finished = ""

    def announce(self, line: str) -> None:
        """Writes a line of the run itself, flush left."""
        self._close_bar()
        self.terminal.write(f"{line}\n")
        self.terminal.flush()

    def write(self, text: str) -> int:
        """Takes text as it comes and passes on whole lines."""
        *lines, self._pending = (self._pending + text).split("\n")
        for line in lines:
            self._take(line.rstrip().removeprefix("    "))
        return len(text)

    def flush(self) -> None:
        """Lines are flushed as they are passed on; an unfinished one waits."""

    def writable(self) -> bool:
        """True: that is all that this stream is for."""
        return True

    def _take(self, line: str) -> None:
        if self._inside_dump:
            self._inside_dump = line != "}"
        elif EXECUTOR_NOTE.match(line):
            self._inside_dump = line.endswith("Got executor_input:")
        elif PROGRESS_BAR.search(line):
            self._show_bar(line)
        elif line and set(line) != {"-"}:
            self._keep_refusal(line)
            self._close_bar()
            self.terminal.write(f"{INDENT}{line}\n")
            self.terminal.flush()

    def _keep_refusal(self, line: str) -> None:
        if line.startswith(REFUSAL):
            self._refusal = [line.removeprefix(REFUSAL)]
        elif self._refusal is not None:
            self._refusal.append(line)

    def _show_bar(self, line: str) -> None:
        """On a terminal in place of the last one; elsewhere finished ones, once, and now and then another."""
        name, _, state = line.partition(":")
        finished = "100%" in state
        if self.terminal.isatty():
            self.terminal.write(f"\r\033[K{INDENT}{line}")
            self._bar_open = True
        elif (finished and name != self._bar_finished) or time.monotonic() - self._bar_shown > SECONDS_BETWEEN_BARS:
            self.terminal.write(f"{INDENT}{line}\n")
        else:
            return
        self._bar_finished = name if finished else ""
        self._bar_shown = time.monotonic()
        self.terminal.flush()

    def _close_bar(self) -> None:
        if self._bar_open:
            self.terminal.write("\n")
            self._bar_open = False
