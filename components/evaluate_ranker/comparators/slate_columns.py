"""Ranking records as the columns of a tree model: raw values, and what they mean within their slate."""

from __future__ import annotations

import numpy
import numpy.typing

from components.evaluate_ranker.metrics import FloatArray, IntArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.request_metrics import request_midranks
from schemas.ranking_features import RankingFeature, features_of, model_groups

Matrix = numpy.typing.NDArray[numpy.float32]

DOT = "embedding_dot"


def baseline_features(with_graph: bool) -> tuple[RankingFeature, ...]:
    """What a ranker reads to train: its groups' features and the position."""
    return features_of(model_groups(with_graph) | {"position"})


def slate_columns(columns: RecordColumns, with_graph: bool) -> dict[str, Matrix]:
    """The columns of the model by name, each [rows].

    Every feature with `slate: true`, and the dot product of the embeddings, also gives its quantile rank in the slate
    and its difference from the slate's mean. Embedding dimensions themselves are left out.

    Args:
        columns: Rows with `baseline_features(with_graph)`.
        with_graph: Whether the graph's features are used.
    """
    result: dict[str, Matrix] = {}
    slate_features = []
    for feature in baseline_features(with_graph):
        if feature.transform == "embedding":
            continue
        result[feature.name] = columns.values[feature.name].astype(numpy.float32)
        if feature.slate:
            slate_features.append(feature.name)
    if with_graph:
        result[DOT] = numpy.einsum("rd,rd->r", columns.values["user_embedding"], columns.values["content_embedding"])
        slate_features.append(DOT)
    for name in slate_features:
        result[f"{name}/rank"] = slate_rank(result[name], columns.requests).astype(numpy.float32)
        result[f"{name}/difference"] = slate_difference(result[name], columns.requests).astype(numpy.float32)
    return result


def score_columns(score: Matrix, requests: IntArray) -> dict[str, Matrix]:
    """A score as further columns of the model: as it is, its rank in the slate, its difference from the slate's mean.

    Args:
        score: Any increasing score [rows].
        requests: Index of each row's request [rows].
    """
    return {
        "score": score,
        "score/rank": slate_rank(score, requests).astype(numpy.float32),
        "score/difference": slate_difference(score, requests).astype(numpy.float32),
    }


def slate_rank(values: numpy.typing.NDArray[numpy.floating], requests: IntArray) -> FloatArray:
    """Quantile mid-rank of each value among its request's, within (0, 1) [rows].

    Args:
        values: [rows].
        requests: Index of each row's request [rows].
    """
    rank: FloatArray = (request_midranks(values.astype(numpy.float64), requests) - 0.5) / numpy.bincount(requests)[
        requests
    ]
    return rank


def slate_difference(values: numpy.typing.NDArray[numpy.floating], requests: IntArray) -> FloatArray:
    """Difference of each value from the mean of its request [rows]."""
    sizes = numpy.bincount(requests)
    means = numpy.bincount(requests, values) / numpy.maximum(sizes, 1)
    difference: FloatArray = values - means[requests]
    return difference
