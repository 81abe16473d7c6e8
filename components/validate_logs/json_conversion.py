"""Brings newline-delimited JSON into its wide form: values of wrong types and broken lines stay, as text."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyarrow
import pyarrow.compute

from components.validate_logs.json_lines import line_blocks
from components.validate_logs.log_files import LogFile
from components.validate_logs.source_columns import UNREADABLE, unreadable
from components.validate_logs.wide_file import LINE_COLUMN, WideFile, WideFileWriter, misfit_column
from schemas.log_contract import Column, Table

INTEGERS = "('BIGINT', 'UBIGINT')"
TEXTS = "('VARCHAR')"
NUMBERS = "('BIGINT', 'UBIGINT', 'DOUBLE')"
FITTING_KINDS = {
    "string": "text",
    "timestamp": "timestamp",
    "bool": "boolean",
    "int8": "integer",
    "int32": "integer",
    "int64": "integer",
    "float32": "number",
    "float64": "number",
    "list<string>": "list of text",
    "list<float32>": "list of number",
}


def convert_json(file: LogFile, table: Table, path: Path, connection: duckdb.DuckDBPyConnection) -> WideFile:
    """Writes a JSON file's wide form.

    A value whose JSON type is not the declared one becomes a misfit; a line that is no JSON object is kept as text. In
    a column in which no value fits, the file is at fault, not the rows: its kind tells so.

    Args:
        file: The log file.
        table: The declared table.
        path: Where to.
        connection: Parses the lines; its time zone is UTC.

    Raises:
        ContractError: The file cannot be read, or no line of it is a JSON object.
    """
    keys: dict[str, None] = {}
    fitting: set[str] = set()
    misfits: dict[str, str] = {}
    first_broken = None
    query = _query(table)
    try:
        with WideFileWriter(path, file, table) as writer:
            for lines in line_blocks(file.path):
                connection.register("lines", pyarrow.table({"line": lines}))
                # DuckDB's own order of rows is that of the lines.
                columns = connection.sql(query).to_arrow_table()
                found = connection.sql(
                    "SELECT DISTINCT unnest(json_keys(line)) AS key FROM lines WHERE json_valid(line) ORDER BY key"
                ).fetchall()
                keys.update(dict.fromkeys(key for (key,) in found))
                for name in table.columns:
                    wrong = columns[misfit_column(name)].drop_null()
                    if columns[name].null_count < len(lines):
                        fitting.add(name)
                    if len(wrong):
                        misfits.setdefault(name, wrong[0].as_py())
                broken = columns[LINE_COLUMN].drop_null()
                if len(broken) and first_broken is None:
                    first_broken = broken[0].as_py()
                writer.write({name: columns[name].combine_chunks() for name in columns.column_names}, len(lines))
    except UNREADABLE as error:
        raise unreadable(file, error) from error
    if first_broken is not None and not keys:
        raise unreadable(file, ValueError(f"no line is a JSON object; one is: {first_broken[:80]}"))
    kinds = dict.fromkeys(keys, "nothing")
    for name in table.columns:
        if name in fitting:
            kinds[name] = FITTING_KINDS[table.columns[name].type]
        elif name in misfits:
            kinds[name] = _kind_of(json.loads(misfits[name]))
    return WideFile(file, path, kinds)


def _query(table: Table) -> str:
    """Selects each declared column and its misfits; every line is parsed once for all of them."""
    paths = ", ".join(_literal(f'$."{name}"') for name in table.columns)
    objects = "SELECT line, CASE WHEN json_valid(line) THEN line END AS valid FROM lines"
    fields = (
        f"SELECT line, CASE WHEN json_type(valid) = 'OBJECT' THEN json_extract(valid, [{paths}]) END AS fields "
        f"FROM ({objects})"
    )
    values = ["line", "fields"]
    selected: list[str] = []
    for position, (name, column) in enumerate(table.columns.items(), start=1):
        field, value = f"fields[{position}]", f"value_{position}"
        values.append(f"{_value(field, column)} AS {value}")
        misfit = f"CASE WHEN {value} IS NULL AND json_type({field}) <> 'NULL' THEN CAST({field} AS VARCHAR) END"
        selected += [f"{value} AS {_quoted(name)}", f"{misfit} AS {_quoted(misfit_column(name))}"]
    selected.append(f"CASE WHEN fields IS NULL THEN line END AS {LINE_COLUMN}")
    return f"SELECT {', '.join(selected)} FROM (SELECT {', '.join(values)} FROM ({fields}))"


def _value(field: str, column: Column) -> str:
    """The value of a JSON field where its type is the declared one, else null."""
    kind = f"json_type({field})"
    if column.type == "string":
        return f"CASE WHEN {kind} = 'VARCHAR' THEN {field}->>'$' END"
    if column.type == "timestamp":
        moment = f"TRY_CAST(CASE WHEN {kind} = 'VARCHAR' THEN {field}->>'$' END AS TIMESTAMPTZ)"
        return f"CASE WHEN isfinite({moment}) THEN {moment} END"
    if column.type == "bool":
        return f"CASE WHEN {kind} = 'BOOLEAN' THEN CAST({field} AS BOOLEAN) END"
    if column.type.startswith("int"):
        return f"CASE WHEN {kind} IN {INTEGERS} THEN TRY_CAST({field}->>'$' AS BIGINT) END"
    if column.type.startswith("float"):
        return f"CASE WHEN {kind} IN {NUMBERS} THEN TRY_CAST({field}->>'$' AS DOUBLE) END"
    elements, kinds = ("VARCHAR", TEXTS) if column.type == "list<string>" else ("DOUBLE", NUMBERS)
    others = f"list_filter(json_type({field}, '$[*]'), element -> element NOT IN {kinds} AND element <> 'NULL')"
    return f"CASE WHEN {kind} = 'ARRAY' AND len({others}) = 0 THEN TRY_CAST({field}->>'$[*]' AS {elements}[]) END"


def _kind_of(value: object) -> str:
    kinds = {bool: "boolean", str: "text", int: "integer", float: "number", dict: "object"}
    if isinstance(value, list):
        return f"list of {' and '.join(dict.fromkeys(_kind_of(item) for item in value)) or 'nothing'}"
    return kinds.get(type(value), "nothing")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
