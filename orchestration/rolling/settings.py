"""Settings of a rolling evaluation."""

from __future__ import annotations

import pydantic

from schemas.errors import ContractError
from schemas.instants import DAY, parse_duration
from schemas.settings import Seeds, Settings


class RollingSettings(Settings):
    """What every test day of a rolling evaluation is repeated over.

    Attributes:
        seeds: Each trains a network and rankers of its own.
        refreshes: Distances between refreshes of embeddings and counters that the table shows side by side; the
            shortest divides the others, so that its embeddings serve them all.
        processes: Days and seeds that are computed at the same time, each with one thread.
    """

    seeds: Seeds = (1, 2, 3, 4, 5)
    refreshes: tuple[str, ...] = pydantic.Field(default=("1d", "2h", "30m"), min_length=1)
    processes: int = pydantic.Field(default=2, ge=1)

    @pydantic.field_validator("refreshes")
    @classmethod
    def _one_grid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            durations = [parse_duration(text) for text in value]
        except ContractError as error:
            raise ValueError(str(error)) from error
        shortest = min(durations)
        if any(duration % shortest or DAY % duration for duration in durations):
            raise ValueError(f"refreshes must divide a day and be multiples of the shortest, found {value}")
        return tuple(text for _, text in sorted(zip(durations, value, strict=True), reverse=True))

    @property
    def shortest(self) -> str:
        """The refresh whose instants hold those of all others; the headline's."""
        return self.refreshes[-1]
