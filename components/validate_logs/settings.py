"""The settings of validate_logs; what is valid is declared in schemas/logs, not here."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class ValidationSettings(Settings):
    """How much of the machine the step may use.

    Attributes:
        memory_limit: DuckDB's memory, for example `4GB`; what exceeds it goes to temporary files.
        threads: DuckDB's threads.
    """

    memory_limit: str = "4GB"
    threads: int = pydantic.Field(default=2, ge=1)
