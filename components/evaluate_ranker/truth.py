"""A simulated world's truth: the best possible ROC-AUC on the test rows, and the share of it that was reached."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet

from components.evaluate_ranker import metrics
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.request_metrics import request_auc
from schemas.errors import ContractError
from schemas.instants import DAY, as_datetime

TRUTH_FEATURES = ("request_id", "content_id", "timestamp")
"""What truth_summary reads of the test rows."""

SCORES = {"all_knowledge": "click_probability", "user_and_content": "user_content_score"}
"""Who might know: everything down to slot and hour, or user and content as they were at `as_of` and nothing else."""

SMALLEST_GAP = 0.005
"""A world whose best ROC-AUC lies no further above 0.5 has no share to reach (coin flips)."""


def true_scores(logs: Path, columns: RecordColumns) -> dict[str, FloatArray] | None:
    """What who knows the truth gives each test row.

    Args:
        logs: The source's log folder; `truth/impressions/day=<day>/*.parquet` below it holds request_id, content_id,
            click_probability and user_content_score.
        columns: The test rows with TRUTH_FEATURES.

    Returns:
        Scores by the names of SCORES [rows]; None where the folder holds no truth.

    Raises:
        ContractError: The truth lacks a test row.
    """
    folder = logs / "truth" / "impressions"
    return _joined_scores(folder, columns) if folder.is_dir() else None


def truth_summary(
    scores: Mapping[str, FloatArray], columns: RecordColumns, rankers: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Compares the rankers with who knows the truth.

    Args:
        scores: From true_scores.
        columns: The test rows.
        rankers: Metrics by ranker; None where there are too few clicks.

    Returns:
        `best_possible`: ROC-AUC by SCORES, pooled and per request; `share_reached`: for each ranker share_of_possible
        against each.
    """
    best = {}
    for name, score in scores.items():
        by_request = request_auc(score, columns.clicked, columns.requests, columns.request_count)
        known = by_request[~numpy.isnan(by_request)]
        best[name] = {
            "auc": metrics.roc_auc(score, columns.clicked),
            "auc_per_request": float(known.mean()) if len(known) else float("nan"),
        }
    share = {
        ranker: {
            name: {metric: share_of_possible(values[metric], best_of[metric]) for metric in best_of}
            for name, best_of in best.items()
        }
        for ranker, values in (rankers or {}).items()
    }
    return {"best_possible": best, "share_reached": share}


def share_of_possible(reached: float, best: float) -> float:
    """(reached - 0.5) / (best - 0.5); NaN where the best is no better than chance.

    Args:
        reached: A ROC-AUC.
        best: The best possible one.
    """
    return (reached - 0.5) / (best - 0.5) if best - 0.5 > SMALLEST_GAP else float("nan")


def _joined_scores(folder: Path, columns: RecordColumns) -> dict[str, FloatArray]:
    """The truth's scores of each test row, joined by request and content."""
    days = numpy.unique(columns.values["timestamp"] // DAY)
    folders = [folder / f"day={as_datetime(int(day) * DAY):%Y-%m-%d}" for day in days]
    files = [file for day in folders for file in sorted(day.glob("*.parquet"))]
    names = ["request_id", "content_id", *SCORES.values()]
    if not files:
        raise ContractError(
            f"{folder}: no file of the test days {[day.name for day in folders]}; simulate the logs anew"
        )
    truth = pyarrow.concat_tables([pyarrow.parquet.read_table(file, columns=names) for file in files])
    rows = pyarrow.table(
        {
            "request_id": pyarrow.array(columns.values["request_id"], pyarrow.string()),
            "content_id": pyarrow.array(columns.values["content_id"], pyarrow.string()),
            "row": numpy.arange(len(columns.clicked)),
        }
    )
    joined = rows.join(truth, ["request_id", "content_id"], join_type="left outer").sort_by("row")
    missing = joined["click_probability"].null_count
    if missing or joined.num_rows != rows.num_rows:
        raise ContractError(
            f"{folder}: {missing} of {rows.num_rows} test rows have no truth; the examples come from other logs"
        )
    return {name: joined[column].to_numpy().astype(numpy.float64) for name, column in SCORES.items()}
