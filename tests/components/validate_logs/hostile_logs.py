"""Writes two days of logs with everything that can be wrong with a row, in every format."""

from __future__ import annotations

import codecs
import gzip
import json
from pathlib import Path
from typing import Any

import numpy
import pandas
import pyarrow
import pyarrow.parquet

from schemas.instants import DAY, HOUR, as_datetime
from schemas.log_contract import Table, log_contract
from tests.log_folders import START, shop_tables, write_log_file, write_log_folder

WINDOW_END = START + 2 * DAY - 6 * HOUR
"""Six hours before the last partition ends: what its files hold after that belongs to another run."""

DAYS = [as_datetime(START + day * DAY).date().isoformat() for day in range(2)]


def lenient_contract() -> dict[str, Table]:
    """The log contract, where any share of the rows may be bad."""
    return {
        name: table.model_copy(update={"quarantine": table.quarantine.model_copy(update={"maximum_share": 1.0})})
        for name, table in log_contract().items()
    }


def write_hostile_logs(logs: Path) -> Path:
    """Writes the folder: a small valid shop, and beside it files with bad rows."""
    tables = shop_tables(days=2, requests_a_day=5)
    write_log_folder(logs, tables)
    _bad_articles(logs, tables["articles"])
    _bad_contents(logs)
    _bad_parquet_impressions(logs, tables["impressions"])
    _bad_json_impressions(logs, tables["impressions"])
    order = tables["orders"].iloc[[0]].assign(timestamp=pandas.Timestamp(as_datetime(START)))
    path = logs / "orders" / f"day={DAYS[0]}" / "more.ndjson.gz"
    # The same order twice, one of an article that does not exist, and one without a user.
    bad = [order, order, order.assign(article_id="gone"), order.assign(user_id=None)]
    write_log_file(path, "orders", pandas.concat(bad))
    return logs


def rows_in_files(logs: Path, table: str) -> dict[str, int]:
    """How many rows or lines a table's files hold, by day, counted without the step's code."""
    counts: dict[str, int] = {}
    for path in sorted((logs / table).rglob("part*")) + sorted((logs / table).rglob("more*")):
        if path.name.endswith(".parquet"):
            rows = len(pandas.read_parquet(path, partitioning=None))
        else:
            data = path.read_bytes()
            data = gzip.decompress(data) if path.name.endswith(".gz") else data
            rows = sum(bool(line.strip()) for line in data.removeprefix(codecs.BOM_UTF8).split(b"\n"))
        day = path.parent.name.removeprefix("day=") if path.parent.name != table else ""
        counts[day] = counts.get(day, 0) + rows
    return counts


def _bad_articles(logs: Path, articles: pandas.DataFrame) -> None:
    vectors = [numpy.zeros(128), numpy.zeros(128), numpy.zeros(127), numpy.zeros(0)]
    vectors[0][5], vectors[1][7] = numpy.nan, -numpy.inf
    # Not through pandas, which would make nulls of the NaN.
    columns = {"article_id": [*(f"bad{number}" for number in range(4)), articles["article_id"].iloc[0]]}
    columns["embedding"] = [*(vector.tolist() for vector in vectors), articles["embedding"].iloc[0].tolist()]
    schema = log_contract()["articles"].arrow_schema
    rows = pyarrow.table({**columns, "brand_id": [None] * 5}, schema)
    pyarrow.parquet.write_table(rows, logs / "articles" / "more.parquet")


def _bad_contents(logs: Path) -> None:
    good = {"content_id": "c", "kind": "video", "article_ids": ["article00"], "brand_ids": [], "body_length": 3}
    good |= {"premium": True, "published_at": "2026-03-01"}
    lines = [
        good,
        {**good, "content_id": {"an": "object"}},
        {**good, "content_id": "d", "kind": "banner"},
        {**good, "content_id": "e", "article_ids": "article00"},
        {**good, "content_id": "f", "article_ids": ["article00", "bad0", "nowhere"]},
        {**good, "content_id": "g", "brand_ids": ["brand0", 7]},
        {**good, "content_id": "h", "body_length": 2**70},
        {**good, "content_id": "i", "premium": "no"},
        {**good, "content_id": "j", "published_at": "soon"},
    ]
    text = "\r\n".join(json.dumps(line) for line in lines)
    (logs / "contents" / "more.ndjson").write_bytes(codecs.BOM_UTF8 + text.encode())


def _bad_parquet_impressions(logs: Path, impressions: pandas.DataFrame) -> None:
    first, last = (impressions[impressions["timestamp"].dt.strftime("%Y-%m-%d") == day] for day in DAYS)
    row = first.iloc[[0]]
    same_request = row.assign(content_id=first["content_id"].iloc[1])
    bad = [
        row.assign(slot=500),  # one content in two slots of a request
        row,  # the same row in another file
        same_request.assign(content_id=_unshown(first), slot=row["slot"]),  # one slot used twice
        row.assign(request_id=None),
        row.assign(request_id="r1", content_id="unheard of"),
        row.assign(request_id="r2", clicked=0, dwell_seconds=4.0),
        row.assign(request_id="r3", clicked=-1, dwell_seconds=None),
        row.assign(request_id="r4", timestamp=last["timestamp"].iloc[0]),  # another day's
        row.assign(request_id="r5", timestamp=pandas.Timestamp("2099-01-01", tz="UTC")),
        row.assign(request_id="r6", clicked=1, dwell_seconds=numpy.inf),
    ]
    folder = logs / "impressions" / f"day={DAYS[0]}"
    write_log_file(folder / "part-1.parquet", "impressions", pandas.concat(bad))
    write_log_file(folder / "part-2.parquet", "impressions", row.iloc[:0])
    # A request of the first day again on the second; and rows after the window's end.
    moment = pandas.Timestamp(as_datetime(START + DAY))
    late = row.assign(request_id="late", timestamp=pandas.Timestamp(as_datetime(WINDOW_END)))
    again = pandas.concat([row.assign(timestamp=moment), late])
    write_log_file(logs / "impressions" / f"day={DAYS[1]}" / "part-1.parquet", "impressions", again)


def _bad_json_impressions(logs: Path, impressions: pandas.DataFrame) -> None:
    last = impressions[impressions["timestamp"].dt.strftime("%Y-%m-%d") == DAYS[1]]
    good = json.loads(last.iloc[[0]].assign(dwell_seconds=None).to_json(orient="records", date_format="iso"))[0]
    good |= {"timestamp": f"{DAYS[1]}T01:00:00", "clicked": 0}
    lines: list[dict[str, Any]] = [
        {**good, "request_id": "j0"},
        {**good, "request_id": "j1", "clicked": "yes"},
        {**good, "request_id": "j2", "clicked": 1.5},
        {**good, "request_id": {"an": "object"}},
        {**good, "request_id": "j3", "timestamp": "yesterday"},
        {**good, "request_id": "j4", "slot": [1]},
        {**good, "request_id": ["j5"], "clicked": True},
        {"request_id": "j6"},
    ]
    broken = [
        '{"request_id": "cut in the mid',
        "[1, 2]",
        "not json at all",
        json.dumps({**good, "request_id": "j7"})[:-9],
    ]
    text = "\r\n".join([*(json.dumps(line) for line in lines), "", *broken])
    invalid = json.dumps({**good, "request_id": "j8"}).encode().replace(b"j8", b"j\xff8")
    folder = logs / "impressions" / f"day={DAYS[1]}"
    (folder / "part-2.ndjson").write_bytes(codecs.BOM_UTF8 + text.encode() + b"\n" + invalid)
    (folder / "part-3.ndjson").write_bytes(b"")
    (folder / "part-4.ndjson.gz").write_bytes(gzip.compress(b"\n\r\n"))


def _unshown(impressions: pandas.DataFrame) -> str:
    """A content that the first request does not show."""
    shown = set(impressions["content_id"].iloc[:4])
    return next(f"content{number:02d}" for number in range(12) if f"content{number:02d}" not in shown)
