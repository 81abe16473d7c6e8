"""Yesterday's and today's networks of one finished run, and embeddings whose test day another network made."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import torch

from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.step import embed_nodes
from components.train_gnn.graph_tables import read_graph_tables
from components.train_gnn.network_artifact import read_network, write_network
from components.train_gnn.settings import AlignmentSettings, NetworkSettings
from components.train_gnn.step import train_gnn
from orchestration.run_folder import artifacts_of
from schemas.artifact_meta import read_meta
from schemas.embedding_store import EmbeddingStore
from schemas.graph_artifact import NODE_KINDS, GraphArtifact
from schemas.instants import DAY, Instant, parse_instant
from schemas.settings import parse_settings
from schemas.step_report import step_report
from schemas.timeline import Timeline

YESTERDAY = "yesterday"
ALIGNED, NOT_ALIGNED, OTHER_SEED = "today, aligned", "today, rotation left out", "today, from another seed"
"""Networks of today: warm-started and aligned, the same without its rotation, and one that never knew yesterday's."""

USERS_OF_YESTERDAY = "; users' vectors still yesterday's"
"""The feature store holds users' vectors: until it is filled anew they meet today's content vectors."""


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """What a benchmark needs of a finished daily run.

    Attributes:
        artifacts: Folders by name.
        timeline: Its instants.
        cold_content_views: Content with fewer views in the window is cold.
    """

    artifacts: dict[str, Path]
    timeline: Timeline
    cold_content_views: int


def finished_run(folder: Path) -> FinishedRun:
    """Reads a run folder's artifacts.json.

    Raises:
        ContractError: There is none.
    """
    artifacts = artifacts_of(folder, "train_graph", "replay_graph", "network", "examples", "embeddings")
    train, replay = (read_meta(artifacts[name], "graph") for name in ("train_graph", "replay_graph"))
    network, examples = read_meta(artifacts["network"], "network"), read_meta(artifacts["examples"], "examples")
    start, as_of = parse_instant(train.details["window_start"]), train.as_of_instant
    timeline = Timeline(
        as_of=as_of,
        window_days=(as_of - start) // DAY,
        network_days=(network.as_of_instant - start) // DAY,
        test_days=(replay.as_of_instant - as_of) // DAY,
        refresh=int(examples.details["refresh"]),
    )
    embeddings = EmbeddingStore(artifacts["embeddings"])
    cold = embeddings.meta(timeline.network_end).details.get("cold_content_views", 500)
    return FinishedRun(artifacts, timeline, int(cold))


def train_networks(run: FinishedRun, folder: Path) -> dict[str, Path]:
    """Trains yesterday's network, a day short of the run's training days, and today's from it and without it.

    Returns:
        Network artifacts by name.
    """
    artifact = run.artifacts["network"]
    stored = read_meta(artifact, "network").details["settings"]
    settings = parse_settings(NetworkSettings, stored, f"{artifact}/meta.json")
    settings = settings.model_copy(update={"alignment": AlignmentSettings(smallest_cosine=-1)})
    end, graph = run.timeline.network_end, run.artifacts["train_graph"]
    networks = {name: folder / f"network_{number}" for number, name in enumerate((YESTERDAY, ALIGNED, OTHER_SEED))}
    wanted = {
        YESTERDAY: (end - DAY, settings, None),
        ALIGNED: (end, settings, networks[YESTERDAY]),
        OTHER_SEED: (end, settings.model_copy(update={"seed": settings.seed + 1}), None),
    }
    for name, (network_end, of_network, earlier) in wanted.items():
        with step_report(f"train_gnn ({name})") as report:
            train_gnn(
                graph=graph,
                output=networks[name],
                network_end=network_end,
                settings=of_network,
                report=report,
                earlier=earlier,
            )
    return networks | {NOT_ALIGNED: _without_rotation(networks[ALIGNED], graph, settings, folder / "network_3")}


def _without_rotation(aligned: Path, graph: Path, settings: NetworkSettings, output: Path) -> Path:
    network, meta = read_network(aligned, read_graph_tables(GraphArtifact(graph)))
    network.rotation.copy_(torch.eye(len(network.rotation)))
    youngest = parse_instant(str(meta.largest_event_time))
    write_network(output, network, settings, meta.as_of_instant, youngest, counts={}, details={}, files={})
    return output


def swapped_stores(run: FinishedRun, networks: dict[str, Path], folder: Path) -> dict[str, Path]:
    """Embeddings of every refresh, those before the test day by yesterday's network, those of the test day by another.

    All claim yesterday's space, which only the aligned network may: the others stand in for a swap that the steps
    refuse.

    Returns:
        Roots of embedding stores by what the test day is of.
    """
    instants = run.timeline.refresh_instants
    before = [instant for instant in instants if instant < run.timeline.as_of]
    of_test_day = [instant for instant in instants if instant >= run.timeline.as_of]
    made = {
        name: _embedded(run, network, instants if name == YESTERDAY else of_test_day, folder / f"made_{number}")
        for number, (name, network) in enumerate(networks.items())
    }
    yesterday = made[YESTERDAY]
    result = {YESTERDAY: yesterday.root}
    for number, (name, store) in enumerate(made.items()):
        if name == YESTERDAY:
            continue
        root = folder / f"swapped_{number}"
        mixed = folder / f"mixed_{number}"
        for instant in before:
            for target in (root, mixed):
                _copy(yesterday, instant, EmbeddingStore(target, yesterday.space))
        for instant in of_test_day:
            _copy(store, instant, EmbeddingStore(root, yesterday.space))
            _copy(store, instant, EmbeddingStore(mixed, yesterday.space), {"user": yesterday})
        result |= {name: root, name + USERS_OF_YESTERDAY: mixed}
    return result


def _embedded(run: FinishedRun, network: Path, instants: list[Instant], root: Path) -> EmbeddingStore:
    with step_report(f"embed_nodes ({network.name})") as report:
        embed_nodes(
            graph=run.artifacts["replay_graph"],
            network=network,
            output=root,
            instants=instants,
            window=run.timeline.as_of - run.timeline.window_start,
            cold_content_views=run.cold_content_views,
            settings=EmbeddingSettings(),
            report=report,
        )
    return EmbeddingStore(root)


def _copy(
    store: EmbeddingStore, instant: Instant, target: EmbeddingStore, instead: dict[str, EmbeddingStore] | None = None
) -> None:
    """One instant under another store's space; some kinds of nodes from elsewhere."""
    meta = store.meta(instant).model_copy(update={"space": target.space})
    origin = dict.fromkeys(NODE_KINDS, store) | (instead or {})
    target.write(instant, {kind: each.read(instant, kind) for kind, each in origin.items()}, meta)
