"""What a check found: how many rows it saw, how many violate it, and some of them by name."""

from __future__ import annotations

import dataclasses

import numpy

from components.write_examples.audit.checks import Check, Compared
from components.write_examples.audit.request_batch import RequestBatch
from schemas.instants import Instant, format_instant, parse_instant

EXAMPLES = 3
"""Violations of a check that are named."""

LAST_INSTANT = parse_instant("9999-12-31T23:59:59Z")


@dataclasses.dataclass(frozen=True)
class Violation:
    """One row that violates a check.

    Attributes:
        file: Its file within the artifact.
        request_id: The request.
        user_id: Its user.
        value: What the row holds.
        limit: What it had to be.
    """

    file: str
    request_id: str
    user_id: str
    value: str
    limit: str


@dataclasses.dataclass
class Finding:
    """The result of one check, filled while rows are read.

    Attributes:
        name: The check.
        rule: What must hold, in words.
        rows: Rows that were compared.
        violations: Rows that violate it.
        examples: The first of these.
    """

    name: str
    rule: str
    rows: int = 0
    violations: int = 0
    examples: list[Violation] = dataclasses.field(default_factory=list)

    def add(self, check: Check, batch: RequestBatch, compared: Compared) -> None:
        """Counts the rows of one batch."""
        violated = numpy.flatnonzero(compared.violated)
        self.rows += len(batch)
        self.violations += len(violated)
        for row in violated[: EXAMPLES - len(self.examples)].tolist():
            self.examples.append(
                Violation(
                    file=batch.file,
                    request_id=batch.request_id[row].as_py(),
                    user_id=batch.user_id[row].as_py(),
                    value=_instant_text(int(compared.value[row])),
                    limit=f"{check.must_be} {_instant_text(int(compared.limit[row]))}",
                )
            )


def _instant_text(instant: Instant) -> str:
    """ISO 8601; a damaged record may hold what no calendar does."""
    return format_instant(instant) if 0 <= instant <= LAST_INSTANT else f"{instant} microseconds"
