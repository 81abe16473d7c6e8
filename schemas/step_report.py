"""What a finished step reports: its duration and counts, as metadata of its artifact."""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import time
from collections.abc import Iterator, Mapping

import pydantic


@dataclasses.dataclass
class StepReport:
    """Filled in by a step while it runs.

    Attributes:
        name: The step, for example `build_graph`.
        started: Seconds since 1970; a report older than a run tells that the run took the step from the cache.
        seconds: Wall-clock duration.
        counts: Rows, edges, losses: whatever the step wants to show.
    """

    name: str
    started: float
    seconds: float = 0.0
    counts: dict[str, float] = dataclasses.field(default_factory=dict)

    def metadata(self) -> dict[str, object]:
        """The report as artifact metadata."""
        return dataclasses.asdict(self)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, object]) -> StepReport:
        """The inverse of metadata(); further keys are left alone."""
        known = {field.name: metadata[field.name] for field in dataclasses.fields(cls)}
        return pydantic.TypeAdapter(cls).validate_python(known)


@contextlib.contextmanager
def step_report(name: str) -> Iterator[StepReport]:
    """Times the block and prints a line when it starts and ends."""
    report = StepReport(name, time.time())
    # KFP's executor turns on every library's notes; what a step has to say it prints.
    logging.getLogger().setLevel(logging.WARNING)
    print(f"{name}: started", flush=True)
    yield report
    report.seconds = round(time.time() - report.started, 3)
    counts = ", ".join(f"{key} {value:,g}" for key, value in report.counts.items())
    print(f"{name}: {report.seconds:.1f} s; {counts}", flush=True)
