"""Rows that have values in common which may occur only once: found by hashes, then compared exactly."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import ibis
import ibis.expr.types
import numpy
import numpy.typing
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from components.engine.engine import Engine
from components.validate_logs.engine_functions import row_hash
from components.validate_logs.table_rules import RepetitionRule, repetition_rules
from components.validate_logs.wide_file import FILE_COLUMN
from schemas.log_contract import Table

HASHES_AT_ONCE = 1 << 26
CONTESTED_COLUMN = "contested"
REPETITION_COLUMN = "repetition"


def repeated_hashes(
    engine: Engine, rows: ibis.expr.types.Table, table: Table, row_count: int
) -> ibis.expr.types.Table | None:
    """Finds which values occur more than once, at the price of reading their columns and sorting 8 bytes a row.

    Grouping by the values costs an engine several times as much, and nearly always finds nothing.

    Args:
        engine: Reads the rows.
        rows: With the declared columns.
        table: The declared table.
        row_count: How many there are.

    Returns:
        The repeated hashes of any repetition rule, one column `hash`; None where there is none. Unequal values may
        share a hash: what is found here is compared exactly afterwards.
    """
    if not row_count:
        return None
    rules = repetition_rules(table)
    hashes = rows.select(**{f"hash_{position}": _hash(engine, rows, rule) for position, rule in enumerate(rules)})
    # The hashes of one pass need at most HASHES_AT_ONCE places; the number of passes is a power of two.
    passes = 1 << (max(0, row_count * len(rules) - 1) // HASHES_AT_ONCE).bit_length()
    repeated = [part for number in range(passes) for part in _repeated(engine, hashes, row_count, number, passes)]
    found = numpy.unique(numpy.concatenate(repeated))
    if not len(found):
        return None
    path = engine.work_folder / f"repeated-{table.name}.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"hash": found}), path)
    return engine.read_parquet([str(path)])


def with_contested(
    engine: Engine, rows: ibis.expr.types.Table, table: Table, hashes: ibis.expr.types.Table | None
) -> ibis.expr.types.Table:
    """Adds CONTESTED_COLUMN: whether a row may share its values with another.

    Args:
        engine: Reads the rows.
        rows: With the declared columns.
        table: The declared table.
        hashes: From repeated_hashes.
    """
    contested: ibis.expr.types.BooleanValue = ibis.literal(False)
    if hashes is None:
        return rows.mutate(**{CONTESTED_COLUMN: contested})
    columns = rows.columns
    for position, rule in enumerate(repetition_rules(table)):
        name = f"repeated_{position}"
        repeated = hashes.rename({name: "hash"})
        rows = rows.left_join(repeated, _hash(engine, rows, rule) == repeated[name])
        contested |= rows[name].notnull()
    return rows.select(*columns, **{CONTESTED_COLUMN: contested})


def with_repetitions(rows: ibis.expr.types.Table, table: Table) -> ibis.expr.types.Table:
    """Compares contested rows exactly; of those that share values the first stays, whatever the order of reading.

    First are the earliest by time, then by file, then by all columns; of rows equal in all of these any one stays.

    Args:
        rows: All contested rows without other faults.
        table: The declared table.

    Returns:
        The rows with REPETITION_COLUMN: the expectation that a row breaks, null where it stays.
    """
    by_time = () if table.partitioned_by is None else (table.partitioned_by,)
    rows = rows.mutate(**{REPETITION_COLUMN: ibis.null("string")})
    for rule in repetition_rules(table):
        compared = rows[REPETITION_COLUMN].isnull()
        for name in rule.columns:
            compared &= rows[name].notnull()
        rows = rows.mutate(compared=compared)
        order = [rows[name] for name in dict.fromkeys((*by_time, FILE_COLUMN, *table.columns))]
        window = ibis.window(group_by=[rows.compared, *(rows[name] for name in rule.columns)], order_by=order)
        rows = rows.mutate(earlier=ibis.row_number().over(window))
        repeats = rows.compared & (rows.earlier > 0)
        expectation = repeats.ifelse(rule.expectation, rows[REPETITION_COLUMN])
        rows = rows.mutate(**{REPETITION_COLUMN: expectation}).drop("compared", "earlier")
    return rows


def _hash(engine: Engine, rows: ibis.expr.types.Table, rule: RepetitionRule) -> ibis.expr.types.IntegerValue:
    """The hash of a rule's columns, null where one of them is."""
    values = [rows[name] for name in rule.columns]
    present: ibis.expr.types.BooleanValue = ibis.and_(*(value.notnull() for value in values))
    hashed: ibis.expr.types.IntegerValue = present.ifelse(row_hash(engine, values), ibis.null("int64"))
    return hashed


def _repeated(
    engine: Engine, hashes: ibis.expr.types.Table, row_count: int, number: int, passes: int
) -> Iterator[numpy.typing.NDArray[numpy.int64]]:
    """The repeated ones among the hashes of one pass, rule after rule."""
    places = [numpy.empty(row_count if passes == 1 else 0, numpy.int64) for _ in hashes.columns]
    filled = [0 for _ in places]
    for batch in engine.stream(hashes):
        for position, column in enumerate(batch.columns):
            values = pyarrow.compute.drop_null(column).to_numpy(zero_copy_only=False)
            if passes > 1:
                values = values[values & (passes - 1) == number]
            end = filled[position] + len(values)
            if end > len(places[position]):
                # Hashes are spread evenly enough that this happens a few times at most.
                places[position].resize(max(end, len(places[position]) * 5 // 4, row_count // passes), refcheck=False)
            places[position][filled[position] : end] = values
            filled[position] = end
    with ThreadPoolExecutor(len(places)) as sorting:
        yield from sorting.map(_found_twice, (place[:count] for place, count in zip(places, filled, strict=True)))


def _found_twice(values: numpy.typing.NDArray[numpy.int64]) -> numpy.typing.NDArray[numpy.int64]:
    """The values that occur again; sorts in place, and lets other threads sort meanwhile."""
    values.sort()
    found: numpy.typing.NDArray[numpy.int64] = values[1:][values[1:] == values[:-1]]
    return found
