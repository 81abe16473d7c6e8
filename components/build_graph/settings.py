"""The settings of build_graph; the graph's shape is declared in schemas/graph_artifact.py, not here."""

from __future__ import annotations

from typing import Literal

import pydantic

from schemas.settings import Settings


class GraphSettings(Settings):
    """Which engine builds the graph and how much of the machine it may use.

    Attributes:
        engine: Where the Ibis expressions run.
        memory_limit: DuckDB's memory, for example `4GB`; what exceeds it goes to temporary files.
        threads: DuckDB's threads.
    """

    engine: Literal["duckdb"] = "duckdb"
    memory_limit: str = "4GB"
    threads: int = pydantic.Field(default=2, ge=1)
