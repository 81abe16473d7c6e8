"""The settings of build_graph; the graph's shape is declared in schemas/graph_artifact.py, not here."""

from __future__ import annotations

from components.engine.settings import EngineSettings


class GraphSettings(EngineSettings):
    """Which engine builds the graph and how much of the machine it may use."""
