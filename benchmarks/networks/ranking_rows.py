"""The ranking rows of a finished run, each with the nodes of its user and content and the refresh that it sees."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from benchmarks.slate_columns import baseline_features
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from schemas.artifact_meta import read_meta
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.graph_artifact import GraphArtifact, IntArray
from schemas.instants import Duration, Instant, parse_instant

GRAPH_FLAGS = ("user_has_edges", "content_has_edges")
SLICES = ("cold_user", "cold_content", "new_content")


@dataclasses.dataclass(frozen=True)
class RankingRows:
    """The rows of one split.

    Attributes:
        columns: Every feature of the ranker without the graph, and GRAPH_FLAGS.
        user: Node index, -1 where the graph does not know the user [rows].
        content: The same for the content [rows].
        refresh: What each row may see lies strictly before it, microseconds [rows].
    """

    columns: RecordColumns
    user: IntArray
    content: IntArray
    refresh: IntArray


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
    path = folder / "artifacts.json"
    if not path.is_file():
        raise ContractError(f"{path}: not found; give the folder of a finished daily run, such as runs/latest")
    artifacts = {name: Path(location) for name, location in json.loads(path.read_text(encoding="utf-8")).items()}
    train, replay = GraphArtifact(artifacts["train_graph"]), GraphArtifact(artifacts["replay_graph"])
    examples = ExampleArtifact(artifacts["examples"])
    as_of = parse_instant(examples.meta.as_of)
    ids = {kind: replay.nodes(kind)["id"].combine_chunks() for kind in ("user", "content")}
    return FinishedRun(
        train_graph=train,
        replay_graph=replay,
        network_end=read_meta(artifacts["network"], "network").as_of_instant,
        as_of=as_of,
        window=as_of - parse_instant(str(train.meta.details["window_start"])),
        rows={split: _rows(examples, split, ids) for split in SPLITS},
    )


def _rows(examples: ExampleArtifact, split: str, ids: dict[str, pyarrow.Array]) -> RankingRows:
    names = [feature.name for feature in baseline_features(with_graph=False)]
    columns = read_record_columns(examples, split, [*names, *GRAPH_FLAGS, *SLICES, "content_id", "refresh"])
    values = columns.values
    return RankingRows(
        columns=columns,
        user=_index(ids["user"], values["user_id"]),
        content=_index(ids["content"], values["content_id"]),
        refresh=values["refresh"].astype(numpy.int64),
    )


def _index(ids: pyarrow.Array, wanted: numpy.ndarray) -> IntArray:
    index: IntArray = pyarrow.compute.index_in(pyarrow.array(wanted), value_set=ids).fill_null(-1).to_numpy()
    return index.astype(numpy.int64)
