"""The settings of validate_logs; what is valid is declared in schemas/logs, not here."""

from __future__ import annotations

from components.engine.settings import EngineSettings


class ValidationSettings(EngineSettings):
    """Which engine checks the logs and how much of the machine it may use."""
