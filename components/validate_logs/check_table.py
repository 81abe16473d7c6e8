"""Checks one table: reads its files, tells good rows from bad ones, and counts both."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import ibis.expr.types
import pandas

from components.engine.engine import Engine
from components.engine.settings import EngineSettings
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.daily_measures import joined_measures, measures_of, with_day_text
from components.validate_logs.engine_functions import reading_errors
from components.validate_logs.log_files import LogFile
from components.validate_logs.log_window import LogWindow
from components.validate_logs.quarantine import reason_counts, write_quarantine
from components.validate_logs.repeated_rows import (
    CONTESTED_COLUMN,
    REPETITION_COLUMN,
    repeated_hashes,
    with_repetitions,
)
from components.validate_logs.row_marks import (
    FAULTY_COLUMN,
    INSIDE_COLUMN,
    REASON_COLUMN,
    marked_rows,
    with_reasons,
)
from components.validate_logs.source_columns import unreadable
from components.validate_logs.source_rows import SourceFile, contract_type, open_source_files, source_rows
from components.validate_logs.unchanged_files import is_unchanged
from components.validate_logs.wide_file import DAY_COLUMN
from schemas.instants import Instant
from schemas.log_contract import Table

LATEST = "latest"

Keys = Mapping[str, ibis.expr.types.Table]
"""By `table.column`: the accepted keys of a table that others reference, one column named `key`."""


@dataclasses.dataclass(frozen=True)
class TableCheck:
    """How one table is checked.

    Attributes:
        engine: Reads and checks the rows.
        settings: Of the engine.
        logs: The log folder.
        window: The run's instants.
        table: The declared table.
        keys: Of the tables that this one references.
    """

    engine: Engine
    settings: EngineSettings
    logs: Path
    window: LogWindow
    table: Table
    keys: Keys

    def check(self, files: Sequence[LogFile]) -> CheckedTable:
        """Checks the table.

        Args:
            files: Its files.

        Raises:
            ContractError: A file cannot be read, lacks a column, or has one of a wrong type.
        """
        opened = open_source_files(self.engine, self.settings, self.table, files)
        try:
            return self._check(opened)
        except reading_errors(self.engine) as error:
            self._blame(opened, error)
            raise

    def _check(self, files: Sequence[SourceFile]) -> CheckedTable:
        engine, table = self.engine, self.table
        source, row_count = self._source(files), sum(file.rows for file in files)
        hashes = repeated_hashes(engine, source, table, row_count)
        marked = self._marked(source, hashes)
        counted = self._counted(marked) if row_count else self._no_counts()
        marked = marked.filter(marked[INSIDE_COLUMN])
        faulty = with_reasons(marked.filter(marked[FAULTY_COLUMN]), table)
        parts, winners = [counted], None
        counted["rows_repeated"] = 0
        if counted["rows_contested"].sum():
            # Kept, since rows are compared once for all that is asked of them.
            settled = engine.keep(
                f"settled_{table.name}",
                with_repetitions(marked.filter(~marked[FAULTY_COLUMN], marked[CONTESTED_COLUMN]), table),
            )
            winners = settled.filter(settled[REPETITION_COLUMN].isnull())
            won = self._counted(winners.mutate(**{CONTESTED_COLUMN: ibis.literal(False)}))
            parts.append(won)
            rows_won = counted["day"].map(won.set_index("day")["rows_read"]).fillna(0).astype("int64")
            counted["rows_repeated"] = counted["rows_contested"] - rows_won
            repeated = settled.filter(settled[REPETITION_COLUMN].notnull()).rename({REASON_COLUMN: REPETITION_COLUMN})
            # What an engine kept may have come back with a slightly different type of timestamp.
            faulty = ibis.union(faulty, repeated.select(*faulty.columns).cast(faulty.schema()))
        counted["rows_quarantined"] = counted["rows_faulty"] + counted["rows_repeated"]
        counted["rows_accepted"] = counted["rows_read"] - counted["rows_quarantined"]
        bad = int(counted["rows_quarantined"].sum())
        quarantine = write_quarantine(engine, self.settings, table, faulty if bad else None)

        clean = _clean_files(files, counted)
        unchanged = [file for file in clean if is_unchanged(file, table, files)]
        others = self._others(clean, unchanged, files, hashes) + ([] if winners is None else [winners])
        remaining = [self._contract_rows(rows) for rows in others]
        as_they_are = [self._contract_rows(self._source(unchanged))] if unchanged or not remaining else []
        return CheckedTable(
            table=table,
            accepted=ibis.union(*as_they_are, *remaining),
            quarantined=engine.read_parquet([str(quarantine)]),
            counts=counted[["day", "rows_read", "rows_accepted", "rows_quarantined"]],
            reasons=reason_counts(quarantine),
            outside_window=row_count - int(counted["rows_read"].sum()),
            undeclared=tuple(sorted({name for file in files for name in file.undeclared})),
            latest=_latest(parts),
            measures=joined_measures(table, parts),
            unchanged=tuple(file.file for file in unchanged),
            remaining=ibis.union(*remaining) if remaining else None,
        )

    def _others(
        self,
        clean: Sequence[SourceFile],
        unchanged: Sequence[SourceFile],
        files: Sequence[SourceFile],
        hashes: ibis.expr.types.Table | None,
    ) -> list[ibis.expr.types.Table]:
        """The undisputed accepted rows of the files that are not handed on unchanged."""
        others: list[ibis.expr.types.Table] = []
        # What has been told to be clean need not be checked again by every query.
        rewritten = [file for file in clean if file not in unchanged]
        if rewritten:
            others.append(self._source(rewritten))
        unclean = [file for file in files if file not in clean]
        if unclean:
            rows = self._marked(self._source(unclean), hashes)
            others.append(rows.filter(rows[INSIDE_COLUMN], ~rows[FAULTY_COLUMN], ~rows[CONTESTED_COLUMN]))
        return others

    def _source(self, files: Sequence[SourceFile]) -> ibis.expr.types.Table:
        return source_rows(self.engine, self.logs, self.table, files)

    def _marked(self, source: ibis.expr.types.Table, hashes: ibis.expr.types.Table | None) -> ibis.expr.types.Table:
        return marked_rows(self.engine, source, self.table, self.window, self.keys, hashes)

    def _counted(self, marked: ibis.expr.types.Table) -> pandas.DataFrame:
        """Counts the rows of the window.

        Returns:
            By day: rows_read, rows_faulty, rows_contested (of no fault); of all others LATEST and the measures.
        """
        # Grouped by the marks, since a filter, or aggregates over some of a group's rows, would cost much more.
        marked = marked.mutate(**{CONTESTED_COLUMN: marked[CONTESTED_COLUMN] & ~marked[FAULTY_COLUMN]})
        aggregates = {measure.name: measure.of(marked) for measure in measures_of(self.table)}
        if self.table.partitioned_by is not None:
            aggregates[LATEST] = self.engine.microseconds(marked[self.table.partitioned_by]).max()
        marks = (INSIDE_COLUMN, FAULTY_COLUMN, CONTESTED_COLUMN)
        groups = marked.group_by(DAY_COLUMN, *marks).agg(rows=marked.count(), **aggregates).execute()
        inside = with_day_text(groups[groups[INSIDE_COLUMN].astype(bool)])
        faulty, contested = inside[FAULTY_COLUMN].astype(bool), inside[CONTESTED_COLUMN].astype(bool)
        rows = {"rows_read": inside["rows"], "rows_faulty": faulty * inside["rows"]}
        rows["rows_contested"] = contested * inside["rows"]
        by_day = inside[["day"]].assign(**rows).groupby("day", as_index=False).sum()
        undisputed = inside.loc[~faulty & ~contested, ["day", *aggregates]]
        return by_day.merge(undisputed, on="day", how="left")

    def _no_counts(self) -> pandas.DataFrame:
        """What _counted gives for a table without rows."""
        counts = dict.fromkeys(("rows_read", "rows_faulty", "rows_contested"), pandas.Series(dtype="int64"))
        measures = {measure.name: pandas.Series(dtype="float64") for measure in measures_of(self.table)}
        return pandas.DataFrame({"day": pandas.Series(dtype="str"), **counts, **measures})

    def _contract_rows(self, rows: ibis.expr.types.Table) -> ibis.expr.types.Table:
        """The declared columns in the contract's types, and the day."""
        declared = {name: rows[name].cast(contract_type(column.type)) for name, column in self.table.columns.items()}
        return rows.select(**declared, **{DAY_COLUMN: rows[DAY_COLUMN]})

    def _blame(self, files: Sequence[SourceFile], error: Exception) -> None:
        """Refuses the first file that cannot be read alone."""
        for file in files:
            try:
                for _ in self.engine.stream(self._source([file])):
                    pass
            except reading_errors(self.engine) as reason:
                raise unreadable(file.file, reason) from error


def _latest(parts: Sequence[pandas.DataFrame]) -> Instant | None:
    times = pandas.concat([part[LATEST] for part in parts if LATEST in part] or [pandas.Series(dtype="int64")]).dropna()
    return None if times.empty else int(times.max())


def _clean_files(files: Sequence[SourceFile], counted: pandas.DataFrame) -> list[SourceFile]:
    """The files of days of which every row was read and none is faulty or contested."""
    rows_of_day: dict[str, int] = {}
    for file in files:
        rows_of_day[_day(file)] = rows_of_day.get(_day(file), 0) + file.rows
    whole = (counted["rows_faulty"] + counted["rows_contested"] == 0) & (
        counted["rows_read"] == counted["day"].map(rows_of_day)
    )
    clean = set(counted["day"][whole])
    return [file for file in files if _day(file) in clean]


def _day(file: SourceFile) -> str:
    return "" if file.file.day is None else file.file.day.isoformat()
