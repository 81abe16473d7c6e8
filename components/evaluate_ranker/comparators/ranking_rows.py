"""Ranking rows, each with the graph's nodes of its user and content and the refresh that it sees."""

from __future__ import annotations

import dataclasses

import numpy
import pyarrow
import pyarrow.compute

from components.evaluate_ranker.comparators.slate_columns import baseline_features
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from schemas.example_artifact import ExampleArtifact
from schemas.graph_artifact import GraphArtifact, IntArray

GRAPH_FLAGS = ("user_has_edges", "content_has_edges")
SLICES = ("cold_user", "cold_content", "new_content")


@dataclasses.dataclass(frozen=True)
class RankingRows:
    """The rows of one split.

    Attributes:
        columns: Every feature of the ranker without the graph, GRAPH_FLAGS and SLICES, and what else was asked for.
        user: Node index, -1 where the graph does not know the user [rows].
        content: The same for the content [rows].
        refresh: What each row may see lies strictly before it, microseconds [rows].
    """

    columns: RecordColumns
    user: IntArray
    content: IntArray
    refresh: IntArray


def read_ranking_rows(
    examples: ExampleArtifact, split: str, graph: GraphArtifact, more: tuple[str, ...] = ()
) -> RankingRows:
    """Reads the rows of a split.

    Args:
        examples: From write_examples.
        split: `train`, `validation` or `test`.
        graph: Whose nodes are looked up, the replay graph.
        more: Further features to read.
    """
    names = [feature.name for feature in baseline_features(with_graph=False)]
    wanted = [*names, *GRAPH_FLAGS, *SLICES, "content_id", "refresh", *more]
    columns = read_record_columns(examples, split, wanted)
    values = columns.values
    ids = {kind: graph.nodes(kind)["id"].combine_chunks() for kind in ("user", "content")}
    return RankingRows(
        columns=columns,
        user=_index(ids["user"], values["user_id"]),
        content=_index(ids["content"], values["content_id"]),
        refresh=values["refresh"].astype(numpy.int64),
    )


def _index(ids: pyarrow.Array, wanted: numpy.ndarray) -> IntArray:
    index: IntArray = pyarrow.compute.index_in(pyarrow.array(wanted), value_set=ids).fill_null(-1).to_numpy()
    return index.astype(numpy.int64)
