"""The network artifact: weights, settings, and the space that they span.

Layout:
    meta.json     ArtifactMeta of kind "network"; its as_of is the end of the training days: every edge that the weights
                  saw is strictly older; details: settings, curves (lists of numbers by name), log_odds (how the dot
                  product becomes the log odds of a click), test_graph (how the finished network did on later days:
                  nothing of them is in the weights), and what else the training has to say
    weights.pt    state of the network without the graph's tables
    curves.svg    the curves as a picture
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import NetworkSettings
from schemas.artifact_meta import ArtifactMeta, read_meta, write_meta
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant
from schemas.settings import parse_settings


def space_of(network: GraphNetwork, settings: NetworkSettings) -> str:
    """The name of the vector space: a hash of weights and settings, so that other weights are another space."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def write_network(
    folder: Path,
    network: GraphNetwork,
    settings: NetworkSettings,
    network_end: Instant,
    largest_event_time: Instant,
    counts: Mapping[str, float],
    details: Mapping[str, Any],
    files: Mapping[str, bytes],
) -> str:
    """Writes the artifact, whole or not at all.

    Args:
        folder: The artifact.
        network: On the CPU.
        settings: Of the network.
        network_end: The end of the training days.
        largest_event_time: Of the youngest edge that the weights saw.
        counts: For reports.
        details: What the meta holds beside the settings.
        files: Further files by name.

    Returns:
        The space.
    """
    space = space_of(network, settings)
    with whole_folder(folder) as temporary:
        torch.save(network.state_dict(), temporary / "weights.pt")
        meta = ArtifactMeta(
            kind="network",
            as_of=format_instant(network_end),
            largest_event_time=format_instant(largest_event_time),
            space=space,
            counts=dict(counts),
            details={"settings": settings.model_dump(mode="json"), **details},
        )
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        write_meta(temporary, meta)
    return space


def read_network(folder: Path, tables: GraphTables) -> tuple[GraphNetwork, ArtifactMeta]:
    """Reads the weights into a network over another graph's tables.

    Raises:
        ContractError: The folder is not a complete network artifact.
    """
    meta = read_meta(folder, "network")
    settings = parse_settings(NetworkSettings, meta.details["settings"], str(folder / "meta.json"))
    network = GraphNetwork(settings, tables)
    network.load_state_dict(torch.load(folder / "weights.pt", weights_only=True))
    network.eval()
    return network, meta
