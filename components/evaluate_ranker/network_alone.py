"""How well the graph network ranks by itself: the dot product of the embeddings that the rankers read."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.measurement import measure_order
from components.evaluate_ranker.record_columns import RecordColumns

EMBEDDING_FEATURES = ("user_embedding", "content_embedding")


def network_alone(columns: RecordColumns) -> dict[str, float]:
    """ROC-AUC of the dot product on every test row, replayed as production would see it.

    Args:
        columns: The test rows with EMBEDDING_FEATURES, each as of the refresh that the row may see.

    Returns:
        `auc` and `auc_per_request`.
    """
    user, content = (columns.values[name].astype(numpy.float64) for name in EMBEDDING_FEATURES)
    scores = (user * content).sum(axis=1)  # [rows]
    everything = numpy.ones(len(scores), numpy.bool_)
    return dict(measure_order(scores[None, :], columns, everything).metrics)
