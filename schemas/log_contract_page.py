"""Writes docs/log_contract.md from schemas/logs/*.yaml: python -m schemas.log_contract_page --output <page>."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from schemas.drift_limits import ColumnDrift, DriftLimit
from schemas.errors import ContractError
from schemas.log_contract import Column, Table, log_contract

PAGE = Path("docs/log_contract.md")
COMMAND = "python -m schemas.log_contract_page --output"

HEADER = """\
<!-- Generated from schemas/logs/*.yaml by `{command} {page}`; edit those files instead. -->

# The log contract

A run reads one folder of logs, one sub-folder a table: `<table>/day=2026-03-09/*.parquet` where the table is
partitioned by UTC day, else `<table>/*.parquet`. Files are Parquet or newline-delimited JSON (`*.ndjson`,
`*.ndjson.gz`), in a local folder or under `gs://`. Ids are strings, times UTC (naive ones are read as UTC). A column
that may be absent is null everywhere; columns that the contract does not know are left behind and named in the report.

One file a table, `schemas/logs/<table>.yaml`, declares all of this. The types of what is written, the Great
Expectations suites and this page come from it; a further context column is one line there.

{tables}
"""

RULES = """
## How rows are refused

A row that breaks a rule of its table goes to `quarantine/<table>.parquet` with its values as they were, the reason,
the file and the partition's day; accepted and quarantined rows together are the rows read, for every table and day.
Rules are tried in this order, and what one takes the next does not see:

1. a line that is no JSON object; a value of another type; a null where none may be; a value outside its range or its
   allowed values; a list of another length; NaN or infinity; a timestamp outside its partition's day;
2. a value that does not occur in the table that it references;
3. a key that occurred before (the first row by time stays);
4. a value that must be unique within another, such as two contents in one slot of a request.

A run is refused, with exit code 2 and nothing written, where a file cannot be read or lacks a column, a day of the
window has no impressions, more than the declared share of a table's rows is put aside, an expectation does not hold,
or the newest whole day lies beyond a limit to refuse. The message names the file or day, the expectation, how many
rows, three examples, and what to do. `validation.html` and `data_docs/` show everything that was checked.

## How days are compared

Each whole UTC day of the window is compared with the whole days before it, from the third on; days that the window
cuts are not. The newest whole day decides; earlier ones are shown. Beyond `warn` the run goes on and says so, beyond
`refuse` it stops. A difference decides only where at least `minimum_rows` values were compared and where it is less
likely by chance than `significance`.

| measure | of | what is compared with the limits |
|---|---|---|
| volume | rows | the factor, up or down, to the median of the days before |
| rate | columns that are 0 or 1 | the factor, up or down, between the shares of 1 |
| null share | columns that may be null | the rise of the share of rows without a value |
| unseen share | ids that declare it | the rise of the share of rows whose id did not occur earlier in the window |
| Kolmogorov-Smirnov | numbers, sizes of lists, hours of the day | the largest distance of the distribution functions |
| population stability index | categories | its value; below 0.1 is customarily stable, above 0.25 shifted |
| Cramér's V | categories | its value, 0 to 1 |

The columns of a table without days, such as the kinds of content, are compared as often as its ids occur in the rows
of the other tables.
"""

EXAMPLES: dict[str, object] = {
    "string": "phone",
    "timestamp": "2026-03-09T10:17:05.250000Z",
    "bool": True,
    "int8": 1,
    "int32": 3,
    "int64": 3,
    "float32": 42.5,
    "float64": 42.5,
    "list<string>": ["first", "second"],
    "list<float32>": [0.12, -0.03, "…"],
}


def log_contract_page(contract: dict[str, Table]) -> str:
    """The page as Markdown."""
    listed = ["| table | what a row is | partitioned | may be absent |", "|---|---|---|---|"]
    for table in contract.values():
        partitioned = f"by UTC day of `{table.partitioned_by}`" if table.partitioned_by else "no"
        absent = "yes" if table.optional else "no"
        listed.append(f"| [{table.name}](#{table.name}) | {table.description} | {partitioned} | {absent} |")
    header = HEADER.format(command=COMMAND, page=PAGE, tables="\n".join(listed))
    return header + "".join(_section(table) for table in contract.values()) + RULES


def _section(table: Table) -> str:
    rows = ["| column | type | rules | meaning |", "|---|---|---|---|"]
    for name, column in table.columns.items():
        rows.append(f"| `{name}` | `{column.type}` | {'; '.join(_rules(table, name, column))} | {column.description} |")
    facts = [f"Key: {_names(table.key)}."]
    if table.partitioned_by:
        facts.append(f"Partitioned by the UTC day of `{table.partitioned_by}`.")
    facts.append(f"At most {table.quarantine.maximum_share:.2%} of its rows may be put aside.")
    if table.volume.minimum_rows_per_day:
        facts.append(f"At least {_rows(table.volume.minimum_rows_per_day)} on every whole day of the window.")
    if table.volume.minimum_rows:
        facts.append(f"At least {_rows(table.volume.minimum_rows)}.")
    example = {name: _example(name, column) for name, column in table.columns.items()}
    parts = [f"\n## {table.name}\n", table.description, "\n".join(rows), " ".join(facts)]
    parts += [_drift(table), f"```json\n{json.dumps(example, ensure_ascii=False)}\n```"]
    return "\n\n".join(part.strip("\n") if index else part.rstrip() for index, part in enumerate(parts) if part) + "\n"


def _rules(table: Table, name: str, column: Column) -> list[str]:
    """What the contract declares of a column, in words."""
    by_elements = "every element occurs" if column.type.startswith("list") else "occurs"
    rules = {
        "may be absent": column.optional,
        "may be null": column.nullable and not column.optional,
        "not null": not column.nullable,
        "not empty": name in table.key and column.type == "string",
        f"{_range(column)}": column.minimum is not None or column.maximum is not None,
        f"one of {', '.join(f'`{value}`' for value in column.allowed or ())}": column.allowed is not None,
        f"{by_elements} in `{column.references}`": column.references is not None,
        f"once within a `{column.unique_in}`": column.unique_in is not None,
        f"null unless `{column.only_where}` is 1": column.only_where is not None,
        f"exactly {column.length} elements": column.length is not None,
        f"at most {column.maximum_length} elements": column.maximum_length is not None,
        "finite": column.finite,
        f"{column.role} (can become a ranking feature)": column.role is not None,
    }
    rules.update({f"drift: {words}": True for words in _limits(column.drift)})
    return [words for words, holds in rules.items() if holds]


def _range(column: Column) -> str:
    if column.minimum is None:
        return f"at most {column.maximum:g}" if column.maximum is not None else ""
    return f"at least {column.minimum:g}" if column.maximum is None else f"{column.minimum:g} to {column.maximum:g}"


def _drift(table: Table) -> str:
    if table.drift is None:
        return ""
    lines = ["| limit of a day's difference | warn | refuse |", "|---|---|---|"]
    measures = ["volume", *ColumnDrift.model_fields]
    for measure in measures:
        limit: DriftLimit | None = getattr(table.drift, measure)
        if limit is not None:
            lines.append(f"| {_measure(measure)} | {_level(limit.warn)} | {_level(limit.refuse)} |")
    lines.append("")
    lines.append(
        f"From {_rows(table.drift.minimum_rows)} on, at a significance of {table.drift.significance:g}; a column's own "
        "limits stand with the column."
    )
    return "\n".join(lines)


def _limits(drift: ColumnDrift) -> list[str]:
    words: list[str] = []
    for measure in ColumnDrift.model_fields:
        limit: DriftLimit | None = getattr(drift, measure)
        if limit is not None:
            levels = [f"{name} {value:g}" for name, value in limit.model_dump().items() if value is not None]
            words.append(f"{_measure(measure)} {', '.join(levels) or 'only shown'}")
    return words


def _measure(name: str) -> str:
    names = {"kolmogorov_smirnov": "Kolmogorov-Smirnov", "cramers_v": "Cramér's V"}
    return names.get(name, name.replace("_", " "))


def _level(value: float | None) -> str:
    return "never" if value is None else f"{value:g}"


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _example(name: str, column: Column) -> object:
    if column.allowed is not None:
        return column.allowed[-1]
    if name.endswith("_id"):
        return f"{name.removesuffix('_id')} 17"
    if name.endswith("_ids"):
        return [f"{name.removesuffix('_ids')} {number}" for number in (3, 17)]
    return EXAMPLES[column.type]


def main() -> None:
    """Writes the page, or checks that it is current (exit code 2 where it is not)."""
    parser = argparse.ArgumentParser(prog="python -m schemas.log_contract_page", description=__doc__)
    parser.add_argument("--output", type=Path, default=PAGE, help="the page")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 2 where the page is not current")
    arguments = parser.parse_args()
    try:
        page = log_contract_page(log_contract())
        if arguments.check:
            require_current(arguments.output, page)
        else:
            arguments.output.write_text(page, encoding="utf-8")
    except ContractError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from error


def require_current(path: Path, page: str) -> None:
    """Refuses a page that differs from what the contract gives.

    Raises:
        ContractError: The message names the remedy.
    """
    if not path.is_file() or path.read_text(encoding="utf-8") != page:
        raise ContractError(f"{path}: not what schemas/logs/*.yaml declare; write it again: {COMMAND} {path}")


if __name__ == "__main__":
    main()
