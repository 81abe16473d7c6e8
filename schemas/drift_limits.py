"""How far a day of logs may differ from the days before it, as schemas/logs/*.yaml declare it."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class DriftLimit(Settings):
    """Two levels of one measure; a measure whose levels are both absent is shown and never decides.

    Attributes:
        warn: Beyond it the run goes on and says so.
        refuse: Beyond it the run stops.
    """

    warn: float | None = pydantic.Field(default=None, gt=0)
    refuse: float | None = pydantic.Field(default=None, gt=0)

    @pydantic.model_validator(mode="after")
    def _warns_first(self) -> DriftLimit:
        if self.warn is not None and self.refuse is not None and self.warn > self.refuse:
            raise ValueError(f"warn ({self.warn:g}) lies beyond refuse ({self.refuse:g})")
        return self


class ColumnDrift(Settings):
    """Limits of the measures of columns; for a table they hold for every column, a column may replace single ones.

    Attributes:
        rate: Of columns that are 0 or 1: the factor, up or down, between the day's share of 1 and that before.
        null_share: The rise of the share of rows without a value.
        unseen_share: The rise of the share of rows whose value does not occur earlier in the logs of the window (cold
            users, cold content). Measured only of columns that declare it.
        kolmogorov_smirnov: Of numbers and times of the day: the largest distance of the two distribution functions.
        population_stability_index: Of categories; customary: below 0.1 stable, above 0.25 shifted.
        cramers_v: Of categories: the strength of the dependence on the day, 0 to 1.
    """

    rate: DriftLimit | None = None
    null_share: DriftLimit | None = None
    unseen_share: DriftLimit | None = None
    kolmogorov_smirnov: DriftLimit | None = None
    population_stability_index: DriftLimit | None = None
    cramers_v: DriftLimit | None = None


class TableDrift(ColumnDrift):
    """The limits of a table; those of its columns are their defaults.

    Attributes:
        minimum_rows: Comparisons of fewer values than this are shown and never decide.
        significance: A difference as likely as this by chance alone never decides, however large.
        volume: The factor, up or down, between the day's rows and the median of the days before.
    """

    minimum_rows: int = pydantic.Field(ge=1)
    significance: float = pydantic.Field(gt=0, le=1)
    volume: DriftLimit | None = None


class Volume(Settings):
    """How few rows a table may have.

    Attributes:
        minimum_rows_per_day: Of a table with partitions: accepted rows of each whole day of the window.
        minimum_rows: Of a table without partitions: accepted rows in all.
    """

    minimum_rows_per_day: int = pydantic.Field(default=0, ge=0)
    minimum_rows: int = pydantic.Field(default=0, ge=0)
