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
    """The instants of one daily run, or of one refresh.

    A daily run trains rankers on the rows after the network's days and tests them on whole days. A refresh trains a
    ranker on from `trained_until` and tests it on the rows of [as_of, newest), which no ranker has trained on yet.

    Attributes:
        as_of: Everything known at training lies strictly before it; a multiple of `refresh`.
        window_days: Days of logs before `as_of`, of a refresh before `trained_until`.
        network_days: The first days of the window, on which the graph network's weights are trained.
        test_days: Days after `as_of` that test the rankers; of no use to a refresh.
        refresh: Distance between refreshes of embeddings and counters, microseconds. The grid passes through `as_of`,
            so that the daily instant is a refresh whatever the hour at which a day starts.
        trained_until: Of a refresh: the ranker that it starts from has trained on rows strictly before it.
        newest: Of a refresh: its logs end here, and the pushed ranker's tables know everything before it.
    """

    as_of: Instant
    window_days: int
    network_days: int
    test_days: int
    refresh: Duration
    trained_until: Instant | None = None
    newest: Instant | None = None

    @classmethod
    def from_text(
        cls, as_of: str, refresh: str, window_days: int = 7, network_days: int = 4, test_days: int = 1
    ) -> Timeline:
        """Builds the timeline from configuration values."""
        return cls(parse_instant(as_of), window_days, network_days, test_days, parse_duration(refresh))

    def of_refresh(self, newest: Instant, trained_until: Instant, test: Duration) -> Timeline:
        """The timeline of one refresh, with the days and the grid of this one.

        Rows between `trained_until` and the newest ones train, however many half hours they are: a gap, or a refresh
        whose ranker was refused, is caught up by the next one.

        Args:
            newest: The instant of the refresh: its logs end here.
            trained_until: The `as_of` of the ranker to start from.
            test: The rows of this last span test and do not train yet.

        Raises:
            ContractError: An instant is not on the grid, or there is no row to train on.
        """
        return dataclasses.replace(self, as_of=newest - test, trained_until=trained_until, newest=newest)

    def __post_init__(self) -> None:
        if DAY % self.refresh:
            raise ContractError(f"refresh of {self.refresh} microseconds does not divide a day; use 30m, 2h or 1d")
        compact_instant(self.as_of)
        if not 0 < self.network_days < self.window_days:
            raise ContractError(
                f"network_days is {self.network_days}; it must leave days of the window ({self.window_days}) "
                "on which the ranker trains"
            )
        if self.trained_until is not None and self.newest is not None:
            self._check_refresh(self.trained_until, self.newest)
        elif self.trained_until is not None or self.newest is not None:
            raise ContractError("a refresh needs both instants, trained_until and newest, and a daily run neither")

    def _check_refresh(self, trained_until: Instant, newest: Instant) -> None:
        for instant in (trained_until, newest):
            if (instant - self.as_of) % self.refresh:
                raise ContractError(
                    f"{format_instant(instant)} is not on the grid of refreshes through {format_instant(self.as_of)}; "
                    "name an instant that lies a whole number of refreshes from it"
                )
        if not trained_until < self.as_of < newest:
            raise ContractError(
                f"a refresh that trains on rows from {format_instant(trained_until)} to {format_instant(self.as_of)} "
                f"and tests on those until {format_instant(newest)} has none of one kind: refresh with newer logs, "
                "or test on a shorter span"
            )

    @property
    def window(self) -> Duration:
        """How far views and clicks reach back from each instant."""
        return self.window_days * DAY

    @property
    def window_start(self) -> Instant:
        """The first instant of the window. Every refresh that a row of a refreshed ranker sees has its whole window."""
        return (self.as_of if self.trained_until is None else self.trained_until) - self.window

    @property
    def network_end(self) -> Instant:
        """The weights of the network that a daily run trains see only edges strictly before it."""
        return self.window_start + self.network_days * DAY

    @property
    def rows_start(self) -> Instant:
        """The first instant of the ranking rows: of a refresh, where the training of its ranker goes on."""
        return self.network_end if self.trained_until is None else self.trained_until

    @property
    def test_end(self) -> Instant:
        """The end of the test rows and of all logs, exclusive."""
        return self.as_of + self.test_days * DAY if self.newest is None else self.newest

    @property
    def serving_instant(self) -> Instant:
        """What the tables of the pushed ranker know lies strictly before it."""
        return self.as_of if self.newest is None else self.newest

    @property
    def refresh_instants(self) -> list[Instant]:
        """Every refresh that a ranking row of [rows_start, test_end) or the tables may see, oldest first."""
        seen_by_rows = range(self.rows_start, self.test_end, self.refresh)
        return sorted({*seen_by_rows, self.serving_instant})

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
        """The timeline as plain values, for the arguments of a pipeline step; those of KFP cannot be null."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    @classmethod
    def from_values(cls, values: dict[str, float]) -> Timeline:
        """The inverse of to_values; KFP hands whole numbers over as floats."""
        return cls(**{key: int(value) for key, value in values.items()})

    def describe(self) -> str:
        """The boundaries in words, for logs and reports."""
        if self.trained_until is not None:
            return (
                f"rows from {format_instant(self.trained_until)} to {format_instant(self.as_of)} train, those until "
                f"{format_instant(self.test_end)} test; window from {format_instant(self.window_start)}"
            )
        return (
            f"window {format_instant(self.window_start)} to {format_instant(self.as_of)}, "
            f"network weights before {format_instant(self.network_end)}, test until {format_instant(self.test_end)}"
        )
