"""The network artifact: weights, settings, and the space that they span.

Layout:
    meta.json     ArtifactMeta of kind "network"; its as_of is the end of the training days: every edge that the weights
                  saw is strictly older; details: settings, weights (their fingerprint: it tells networks of one space
                  apart), curves (lists of numbers by name), log_odds (how the dot product becomes the log odds of a
                  click), test_graph (how the finished network did on later days: nothing of them is in the weights),
                  and what else the training has to say
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
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant
from schemas.settings import parse_settings


def weights_fingerprint(network: GraphNetwork, settings: NetworkSettings) -> str:
    """A hash of weights and settings; also the name of the space, unless the network was aligned to another's."""
    digest = hashlib.sha256(settings.model_dump_json().encode())
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]


def weights_of(meta: ArtifactMeta) -> str:
    """Which weights an artifact was made from, as its meta says.

    Args:
        meta: Of a network or of embeddings.
    """
    # Before networks could share a space, the space was the fingerprint.
    return str(meta.details.get("weights", meta.space))


def write_network(
    folder: Path,
    network: GraphNetwork,
    settings: NetworkSettings,
    network_end: Instant,
    largest_event_time: Instant,
    counts: Mapping[str, float],
    details: Mapping[str, Any],
    files: Mapping[str, bytes],
    space: str | None = None,
    inputs: Mapping[str, str] | None = None,
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
        space: Of the network that this one is aligned to; None for a space of its own.
        inputs: Fingerprints of what the network was made from, by name.

    Returns:
        The space.
    """
    weights = weights_fingerprint(network, settings)
    space = space or weights
    with whole_folder(folder) as temporary:
        torch.save(network.state_dict(), temporary / "weights.pt")
        meta = ArtifactMeta(
            kind="network",
            as_of=format_instant(network_end),
            largest_event_time=format_instant(largest_event_time),
            space=space,
            counts=dict(counts),
            inputs=dict(inputs or {}),
            details={"settings": settings.model_dump(mode="json"), "weights": weights, **details},
        )
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        write_meta(temporary, meta)
    return space


def read_network(folder: Path, tables: GraphTables) -> tuple[GraphNetwork, ArtifactMeta]:
    """Reads the weights into a network over another graph's tables.

    Raises:
        ContractError: The folder is not a complete network artifact, or its weights are for other declared attributes
            than the graph has.
    """
    meta = read_meta(folder, "network")
    settings = parse_settings(NetworkSettings, meta.details["settings"], str(folder / "meta.json"))
    network = GraphNetwork(settings, tables)
    weights = torch.load(folder / "weights.pt", weights_only=True)
    missing, unknown = (
        ", ".join(sorted(names)) or "none"
        for names in (network.state_dict().keys() - weights.keys(), weights.keys() - network.state_dict().keys())
    )
    if network.state_dict().keys() != weights.keys():
        raise ContractError(
            f"{folder / 'weights.pt'}: does not fit the graph, whose declared attributes may be others: weights that "
            f"are missing: {missing}; weights without use: {unknown}; train the network anew, without an earlier one"
        )
    network.load_state_dict(weights)
    network.eval()
    return network, meta
