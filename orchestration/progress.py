"""One line a step instead of KFP's log."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping

from orchestration.step_output import StepOutput

COLOUR = re.compile(r"\033\[\d+m")
EXECUTING = re.compile(r"Executing task '(.+)'$")
CACHED = re.compile(r"Task (\S+) cache hit ")
FINISHED = re.compile(r"Task '(.+)' finished with status (SUCCESS|FAILURE)$")


class StepProgress(logging.Filter):
    """Sits on the root logger, reads what kfp.local logs there, and announces each step as it starts and ends.

    Args:
        titles: What to call each task of the pipeline; tasks without a title (importers) are not announced.
        output: Where to announce.

    Attributes:
        failed: The title of the step that failed, if one did.
    """

    def __init__(self, titles: Mapping[str, str], output: StepOutput) -> None:
        super().__init__()
        self.failed: str | None = None
        self._titles = titles
        self._output = output
        self._count = 0
        self._started = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Announces a step; lets through what is a warning or worse and not about a step's end."""
        message = COLOUR.sub("", record.getMessage())
        if match := EXECUTING.match(message):
            self._begin(match[1])
        elif match := CACHED.match(message):
            self._announce(match[1], "reused from the cache")
        elif match := FINISHED.match(message):
            self._end(match[1], match[2] == "SUCCESS")
        else:
            return record.levelno >= logging.WARNING
        return False

    def _begin(self, task: str) -> None:
        self._started = time.monotonic()
        self._output.step_begins()
        self._announce(task, "running")

    def _announce(self, task: str, what: str) -> None:
        if task in self._titles:
            self._count += 1
            total = len(self._titles)
            self._output.announce(f"[{self._count:{len(str(total))}}/{total}] {self._titles[task]}: {what}")

    def _end(self, task: str, success: bool) -> None:
        if not success:
            self.failed = self._titles.get(task, task)
            seconds = time.monotonic() - self._started
            self._output.announce(f"{self.failed}: FAILED after {seconds:.1f} s")
