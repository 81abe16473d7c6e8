"""Finds requests that are in two splits, however many requests there are: DuckDB groups them, on disk if need be."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow
import pyarrow.parquet

from components.write_examples.audit.findings import EXAMPLES, Finding, Violation
from components.write_examples.audit.request_batch import RequestBatch

MEMORY_LIMIT = "1GB"

_SCHEMA = pyarrow.schema({name: pyarrow.string() for name in ("request_id", "user_id", "split", "file")})

_REPEATED = """
    SELECT file, request_id, user_id, split, splits
    FROM read_parquet(?) JOIN (
        SELECT request_id, min(split) || ' and ' || max(split) AS splits
        FROM read_parquet(?) GROUP BY request_id HAVING min(split) < max(split)
    ) USING (request_id)
"""


class RepeatedRequests:
    """Collects the ids of all requests in a file and asks which are in two splits.

    Args:
        folder: For the ids, and for what does not fit into memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / "requests.parquet"
        self._writer = pyarrow.parquet.ParquetWriter(self._path, _SCHEMA)
        self._rows = 0

    def add(self, batch: RequestBatch) -> None:
        """Notes the requests of one batch."""
        self._rows += len(batch)
        places = [pyarrow.repeat(place, len(batch)) for place in (batch.split, batch.file)]
        columns = [batch.request_id, batch.user_id, *places]
        self._writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=_SCHEMA))

    def finding(self) -> Finding:
        """Every row of a request that is in two splits; nothing can be added any more."""
        self._writer.close()
        settings = {"memory_limit": MEMORY_LIMIT, "threads": 1, "temp_directory": str(self._folder / "spilled")}
        with duckdb.connect(config=settings) as connection:
            paths = [str(self._path)] * 2
            counted = connection.execute(f"SELECT count(*) FROM ({_REPEATED})", paths).fetchone()
            first = connection.execute(f"{_REPEATED} ORDER BY request_id, file LIMIT {EXAMPLES}", paths).fetchall()
        return Finding(
            name="request_in_one_split",
            rule="no request is in two splits",
            rows=self._rows,
            violations=counted[0],
            examples=[
                Violation(file, request, user, f"in {splits}", f"in one split, not also in {split}")
                for file, request, user, split, splits in first
            ],
        )
