"""The rules of time of the project's design: which rows train, which test, and what a row at time t may see.

This is their one home: steps ask here instead of computing a boundary or comparing instants themselves.
"""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from schemas.errors import ContractError
from schemas.instants import DAY, Duration, Instant, compact_instant, format_instant, parse_duration, parse_instant


@dataclasses.dataclass(frozen=True)
class Timeline:
    """The instants of one daily run.

    Attributes:
        as_of: Everything known at training lies strictly before it; a multiple of `refresh`.
        window_days: Days of logs before `as_of`.
        network_days: The first days of the window, on which the graph network's weights are trained.
        test_days: Days after `as_of` that test the rankers.
        refresh: Distance between refreshes of embeddings and counters, microseconds. The grid passes through `as_of`,
            so that the daily instant is a refresh whatever the hour at which a day starts.
    """

    as_of: Instant
    window_days: int
    network_days: int
    test_days: int
    refresh: Duration

    @classmethod
    def from_text(
        cls, as_of: str, refresh: str, window_days: int = 7, network_days: int = 4, test_days: int = 1
    ) -> Timeline:
        """Builds the timeline from configuration values."""
        return cls(parse_instant(as_of), window_days, network_days, test_days, parse_duration(refresh))

    def __post_init__(self) -> None:
        if DAY % self.refresh:
            raise ContractError(f"refresh of {self.refresh} microseconds does not divide a day; use 30m, 2h or 1d")
        compact_instant(self.as_of)
        if not 0 < self.network_days < self.window_days:
            raise ContractError(
                f"network_days is {self.network_days}; it must leave days of the window ({self.window_days}) "
                "on which the ranker trains"
            )

    @property
    def window_start(self) -> Instant:
        """The first instant of the window."""
        return self.as_of - self.window_days * DAY

    @property
    def network_end(self) -> Instant:
        """The network's weights see only edges strictly before it; ranking rows start here."""
        return self.window_start + self.network_days * DAY

    @property
    def test_end(self) -> Instant:
        """The end of the test days, exclusive."""
        return self.as_of + self.test_days * DAY

    @property
    def refresh_instants(self) -> list[Instant]:
        """Every refresh that a ranking row of [network_end, test_end) may see, oldest first."""
        return list(range(self.network_end, self.test_end, self.refresh))

    @property
    def graph_spans(self) -> dict[str, tuple[Instant, Instant]]:
        """Start and end of each graph: `train` and `test` share no edge (rule 2), `replay` is what refreshes embed."""
        return {
            "train": (self.window_start, self.as_of),
            "test": (self.as_of, self.test_end),
            "replay": (self.window_start, self.test_end),
        }

    def visible_refresh(self, time: numpy.typing.NDArray[numpy.int64]) -> numpy.typing.NDArray[numpy.int64]:
        """The last refresh at or before each row (rule 5); the row sees only events strictly before that instant.

        Args:
            time: Instants of rows, int64 microseconds [rows].

        Returns:
            The refresh instant that each row may see [rows].
        """
        return self.as_of + (time - self.as_of) // self.refresh * self.refresh

    def to_values(self) -> dict[str, int]:
        """The timeline as plain values, for the arguments of a pipeline step."""
        return dataclasses.asdict(self)

    @classmethod
    def from_values(cls, values: dict[str, float]) -> Timeline:
        """The inverse of to_values; KFP hands whole numbers over as floats."""
        return cls(**{key: int(value) for key, value in values.items()})

    def describe(self) -> str:
        """The boundaries in words, for logs and reports."""
        return (
            f"window {format_instant(self.window_start)} to {format_instant(self.as_of)}, "
            f"network weights before {format_instant(self.network_end)}, test until {format_instant(self.test_end)}"
        )
