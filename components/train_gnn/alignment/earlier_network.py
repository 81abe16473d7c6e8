"""Yesterday's network over today's graph: what training starts from and what its result is aligned to."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.network import GraphNetwork
from components.train_gnn.network_artifact import read_network, weights_of
from components.train_gnn.settings import NetworkSettings
from schemas.artifact_meta import read_meta, require_known_before
from schemas.errors import ContractError
from schemas.instants import Instant
from schemas.settings import parse_settings

SHAPING = ("encoder", "encoder_options", "inputs", "layers", "embedding_size", "lstm_hidden_size")
"""Settings that say which weights there are; all others only say how they are trained or what they are told."""


@dataclasses.dataclass(frozen=True)
class EarlierNetwork:
    """A network artifact of an earlier instant.

    Attributes:
        network: Its network over today's graph, with its own settings.
        known_before: Every edge that its weights saw is strictly older.
        space: The space that it spans.
        weights: The fingerprint of its weights.
    """

    network: GraphNetwork
    known_before: Instant
    space: str
    weights: str


def read_earlier_network(
    folder: Path, tables: GraphTables, network_end: Instant, settings: NetworkSettings
) -> EarlierNetwork:
    """Reads an earlier network whose weights fit the one to train.

    Args:
        folder: The network artifact.
        tables: Today's train graph; declared categories that are new to the weights get vectors of zeros.
        network_end: The end of today's training days.
        settings: Of the network to train.

    Raises:
        ContractError: It is no network artifact, knows edges at or after `network_end`, was made with other settings
            that shape weights, or of other declared attributes; the message names both values.
    """
    meta = read_meta(folder, "network")
    require_known_before(meta, network_end, folder)
    theirs = parse_settings(NetworkSettings, meta.details["settings"], str(folder / "meta.json"))
    found, needed = (
        each.model_dump(mode="json", include=set(SHAPING)) | {"loss.popularity_offset": each.loss.popularity_offset}
        for each in (theirs, settings)
    )
    differences = [
        f"{name} {found[name]!r} instead of {needed[name]!r}" for name in found if found[name] != needed[name]
    ]
    if differences:
        raise ContractError(
            f"{folder}: its weights have another shape, made with {'; '.join(differences)}; "
            "train with its settings, or without an earlier network"
        )
    network, _ = read_network(folder, tables)
    return EarlierNetwork(network, meta.as_of_instant, str(meta.space), weights_of(meta))
