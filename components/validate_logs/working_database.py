"""The DuckDB database in which rows are checked."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator

import duckdb

from components.validate_logs.settings import ValidationSettings
from components.validate_logs.sql_text import literal


@contextlib.contextmanager
def working_database(settings: ValidationSettings) -> Iterator[duckdb.DuckDBPyConnection]:
    """Opens a database in memory that spills into a temporary folder, so that logs larger than memory fit."""
    with tempfile.TemporaryDirectory(prefix="validate_logs_") as folder, duckdb.connect() as connection:
        connection.execute(f"SET temp_directory = {literal(folder)}")
        connection.execute(f"SET memory_limit = {literal(settings.memory_limit)}")
        connection.execute(f"SET threads = {settings.threads}")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET enable_progress_bar = false")
        yield connection
