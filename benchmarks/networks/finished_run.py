"""What a comparison of networks takes from a finished run of the daily pipeline."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from components.evaluate_ranker.comparators.ranking_rows import RankingRows, read_ranking_rows
from orchestration.run_folder import artifacts_of
from schemas.artifact_meta import read_meta
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.graph_artifact import GraphArtifact
from schemas.instants import Duration, Instant, parse_instant


@dataclasses.dataclass(frozen=True)
class FinishedRun:
    """What a comparison takes from a run of the daily pipeline.

    Attributes:
        train_graph: Weights learn from it.
        replay_graph: Refreshes embed it.
        network_end: Weights see only what is older.
        as_of: Where the test starts.
        window: How far views and clicks reach back from a refresh, microseconds.
        rows: By split.
    """

    train_graph: GraphArtifact
    replay_graph: GraphArtifact
    network_end: Instant
    as_of: Instant
    window: Duration
    rows: dict[str, RankingRows]


def read_run(folder: Path) -> FinishedRun:
    """Reads a finished run.

    Args:
        folder: Such as runs/latest.

    Raises:
        ContractError: It is not the folder of a finished daily run.
    """
    artifacts = artifacts_of(folder, "train_graph", "replay_graph", "network", "examples")
    train, replay = GraphArtifact(artifacts["train_graph"]), GraphArtifact(artifacts["replay_graph"])
    examples = ExampleArtifact(artifacts["examples"])
    as_of = parse_instant(examples.meta.as_of)
    return FinishedRun(
        train_graph=train,
        replay_graph=replay,
        network_end=read_meta(artifacts["network"], "network").as_of_instant,
        as_of=as_of,
        window=as_of - parse_instant(str(train.meta.details["window_start"])),
        rows={split: read_ranking_rows(examples, split, replay) for split in SPLITS},
    )
