"""What makes two trainings the same, and where a killed one left off."""

from __future__ import annotations

from typing import Any

from components.train_gnn.alignment.earlier_network import EarlierNetwork
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.training.checkpoint_folder import CheckpointFolder
from components.train_gnn.training.graph_fingerprint import graph_fingerprint
from components.train_gnn.training.processes import Processes
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant

_WITHOUT_EFFECT = {"sampler": {"threads", "prefetch"}, "training": {"checkpoint_minutes"}}
"""Settings that the result does not depend on."""


def training_identity(
    tables: GraphTables,
    network_end: Instant,
    settings: NetworkSettings,
    processes: Processes,
    earlier: EarlierNetwork | None = None,
) -> dict[str, Any]:
    """Everything that the result of a training depends on, as plain values."""
    return {
        "graph": graph_fingerprint(tables),
        "network_end": format_instant(network_end),
        "processes": processes.count,
        "earlier": earlier.weights if earlier else None,
        "settings": settings.model_dump(mode="json", exclude=_WITHOUT_EFFECT),
    }


def saved_values(folder: CheckpointFolder | None, processes: Processes) -> dict[str, Any] | None:
    """The last checkpoint, as the first process reads it: other machines need not share its disk.

    Raises:
        ContractError: In all processes alike; see CheckpointFolder.read.
    """
    if folder is None:
        return None
    found: dict[str, Any] | ContractError | None = None
    if processes.first:
        try:
            found = folder.read()
        except ContractError as error:
            found = error
    found = processes.of_first(found)
    if isinstance(found, ContractError):
        raise found
    return found
