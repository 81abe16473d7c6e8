"""What the rankers are held against: LightGBM on the same columns, and plain collaborative filtering."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy

from components.evaluate_ranker.comparators.boosted_trees import PARAMETERS, SAMPLING, boosted_trees_scores
from components.evaluate_ranker.comparators.collaborative_filtering import CollaborativeFiltering
from components.evaluate_ranker.comparators.ranking_rows import GRAPH_FLAGS, RankingRows, read_ranking_rows
from components.evaluate_ranker.comparators.scorer import score_rows
from components.evaluate_ranker.comparators.slate_columns import (
    Matrix,
    baseline_features,
    score_columns,
    slate_columns,
)
from components.evaluate_ranker.metrics import FloatArray
from orchestration.rolling.comparator_names import FILTERING, TREES_WITH, TREES_WITH_FILTERING, TREES_WITHOUT
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.graph_artifact import GraphArtifact
from schemas.instants import Duration
from schemas.step_report import StepReport


def read_rows(examples: ExampleArtifact, graph: GraphArtifact, more: tuple[str, ...]) -> dict[str, RankingRows]:
    """Every split's rows with all that comparators read, and further features.

    Args:
        examples: From write_examples.
        graph: The replay graph.
        more: The further features.
    """
    names = tuple(feature.name for feature in baseline_features(with_graph=True))
    return {split: read_ranking_rows(examples, split, graph, (*names, *more)) for split in SPLITS}


def comparator_scores(
    splits: Mapping[str, RankingRows], graph: GraphArtifact, window: Duration, seed: int, report: StepReport
) -> dict[str, FloatArray]:
    """Scores of the test rows by who scores.

    LightGBM without the graph, with it, and with plain user-to-user collaborative filtering in the graph's place: a
    score with its rank and difference in the slate, and whether the nodes have edges, as the graph's dot product has
    them. Last, collaborative filtering alone.

    Args:
        splits: From read_rows.
        graph: The replay graph.
        window: How far views and clicks reach back from a refresh, microseconds.
        seed: Of LightGBM's row and column samples.
        report: Receives the seconds of the parts.

    Returns:
        Scores [rows], by the four names above.
    """
    started = time.perf_counter()
    filtering = {
        split: score_rows(CollaborativeFiltering(graph, window), rows, f"collaborative filtering, {split}")
        for split, rows in splits.items()
    }
    report.counts["collaborative_filtering_seconds"] = round(time.perf_counter() - started, 3)
    without = {split: slate_columns(rows.columns, with_graph=False) for split, rows in splits.items()}
    columns: dict[str, dict[str, dict[str, Matrix]]] = {
        TREES_WITHOUT: without,
        TREES_WITH: {split: slate_columns(rows.columns, with_graph=True) for split, rows in splits.items()},
        TREES_WITH_FILTERING: {
            split: {
                **without[split],
                **score_columns(filtering[split], rows.columns.requests),
                **{flag: rows.columns.values[flag].astype(numpy.float32) for flag in GRAPH_FLAGS},
            }
            for split, rows in splits.items()
        },
    }
    clicked = {split: rows.columns.clicked for split, rows in splits.items()}
    parameters = PARAMETERS | SAMPLING | {"seed": seed}
    scores = {who: boosted_trees_scores(of_model, clicked, parameters) for who, of_model in columns.items()}
    return scores | {FILTERING: filtering["test"].astype(numpy.float64)}
