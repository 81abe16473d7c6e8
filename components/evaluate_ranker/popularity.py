"""What a challenger must beat where there is no champion: ranking by recent click rate alone."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.request_metrics import request_auc

POPULARITY_FEATURES = ("content_click_rate_1d", "content_click_rate_7d")


def popularity_score(columns: RecordColumns) -> tuple[str, FloatArray]:
    """The better of the smoothed click rates of a day and of a week, by its mean ROC-AUC per request.

    Args:
        columns: The test rows with POPULARITY_FEATURES.

    Returns:
        The feature's name and its values [rows].
    """
    best, best_auc = POPULARITY_FEATURES[0], -1.0
    for name in POPULARITY_FEATURES:
        by_request = request_auc(columns.values[name], columns.clicked, columns.requests, columns.request_count)
        known = by_request[~numpy.isnan(by_request)]
        if len(known) and known.mean() > best_auc:
            best, best_auc = name, float(known.mean())
    return best, columns.values[best].astype(numpy.float64)
