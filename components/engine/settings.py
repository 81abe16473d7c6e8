"""Which engine a step runs on and how much of the machine it may use."""

from __future__ import annotations

from typing import Literal

import pydantic

from schemas.settings import Settings


class EngineSettings(Settings):
    """The engine of a step.

    Attributes:
        engine: Where the Ibis expressions run. Both engines give the same bytes.
        memory_limit: DuckDB's memory or, where no cluster runs the step, that of Spark's one process, for example
            `4GB`; what exceeds it goes to temporary files.
        threads: Threads of DuckDB, or of Spark where no cluster runs the step.
    """

    engine: Literal["duckdb", "pyspark"] = "duckdb"
    memory_limit: str = pydantic.Field(default="4GB", pattern=r"^[1-9]\d*(MB|GB)$")
    threads: int = pydantic.Field(default=2, ge=1)
