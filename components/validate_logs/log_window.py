"""Which days and rows of the logs one run needs."""

from __future__ import annotations

import dataclasses
import datetime

from schemas.errors import ContractError
from schemas.instants import DAY, Instant, as_datetime, format_instant
from schemas.log_contract import Table

WINDOWED_TABLES = frozenset({"impressions"})
"""Tables that are read within the window only; the others reach back before it (orders and follows stay known)."""


@dataclasses.dataclass(frozen=True)
class LogWindow:
    """The instants [start, end) of a run.

    Attributes:
        start: The first instant whose impressions are needed.
        end: Everything that is read lies strictly before it.

    Raises:
        ContractError: The window is empty.
    """

    start: Instant
    end: Instant

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ContractError(
                f"the window starts at {format_instant(self.start)} and ends at {format_instant(self.end)}; "
                "the end must be later"
            )

    @property
    def days(self) -> list[datetime.date]:
        """Every UTC day that intersects the window, oldest first."""
        first, last = self.start // DAY, (self.end - 1) // DAY
        return [as_datetime(day * DAY).date() for day in range(first, last + 1)]

    def first_instant(self, table: Table) -> Instant | None:
        """The first instant that is needed of a table; None where it reaches back without limit."""
        return self.start if table.name in WINDOWED_TABLES else None

    def needs_day(self, table: Table, day: datetime.date) -> bool:
        """Whether the table's partition of that day holds rows of the run."""
        days = self.days
        return day <= days[-1] and (table.name not in WINDOWED_TABLES or day >= days[0])

    def describe(self) -> str:
        """The window in words."""
        return f"the window {format_instant(self.start)} to {format_instant(self.end)}"
