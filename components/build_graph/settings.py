"""The settings of build_graph; the graph's shape is declared in schemas/graph_artifact.py, not here."""

from __future__ import annotations

import pydantic

from components.engine.settings import EngineSettings


class GraphSettings(EngineSettings):
    """Which engine builds the graph and how much of the machine it may use.

    Attributes:
        rows_in_memory: A relation of at most so many rows is sorted in memory, which takes about 40 bytes a row and a
            fraction of the engine's time; the engine sorts larger ones. Both give the same bytes.
    """

    rows_in_memory: int = pydantic.Field(default=1 << 22, ge=0)
