"""The share of the possible ROC-AUC, from a truth that lies beside the logs."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import pytest
import sklearn.metrics

from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.truth import true_scores, truth_summary
from schemas.errors import ContractError
from schemas.instants import DAY, parse_instant

ROWS, SLATE = 400, 8


def rows_with_truth(seed: int = 0) -> tuple[RecordColumns, numpy.typing.NDArray[numpy.float64]]:
    """Rows of two days and the probability of each click."""
    generator = numpy.random.default_rng(seed)
    probability = generator.beta(1, 3, ROWS)
    requests = numpy.arange(ROWS) // SLATE
    start = parse_instant("2026-03-08T00:00:00Z")
    values = {
        "request_id": numpy.array([f"r{request}" for request in requests]),
        "content_id": numpy.array([f"c{row % SLATE}" for row in range(ROWS)]),
        "timestamp": start + requests * (2 * DAY // (ROWS // SLATE)),
    }
    columns = RecordColumns(
        requests, requests % 7, numpy.arange(ROWS // SLATE) % 7, generator.random(ROWS) < probability, values
    )
    return columns, probability


def write_truth(logs: Path, columns: RecordColumns, probability: numpy.typing.NDArray[numpy.float64]) -> None:
    """Writes the rows in reversed order, one partition a UTC day, and a row that no test row asks for."""
    days = columns.values["timestamp"] // DAY
    for day in numpy.unique(days):
        rows = numpy.flatnonzero(days == day)[::-1]
        table = pyarrow.table(
            {
                "request_id": [*columns.values["request_id"][rows], "other"],
                "content_id": [*columns.values["content_id"][rows], "c0"],
                "click_probability": pyarrow.array([*probability[rows], 0.5], pyarrow.float32()),
                "user_content_score": pyarrow.array([*numpy.sqrt(probability[rows]), 0.5], pyarrow.float32()),
            }
        )
        name = numpy.datetime64(int(day), "D").astype(str)
        folder = logs / "truth" / "impressions" / f"day={name}"
        folder.mkdir(parents=True)
        pyarrow.parquet.write_table(table, folder / "part-0.parquet")


def test_best_possible_and_share_reached(tmp_path: Path) -> None:
    columns, probability = rows_with_truth()
    write_truth(tmp_path, columns, probability)
    scores = true_scores(tmp_path, columns)
    assert scores is not None
    summary = truth_summary(scores, columns, {"with_graph": {"auc": 0.6, "auc_per_request": 0.55}})
    best = sklearn.metrics.roc_auc_score(columns.clicked, probability)
    for knowledge in ("all_knowledge", "user_and_content"):  # the root of the probability orders as it does
        assert summary["best_possible"][knowledge]["auc"] == pytest.approx(best)
        share = summary["share_reached"]["with_graph"][knowledge]["auc"]
        assert share == pytest.approx((0.6 - 0.5) / (best - 0.5))


def test_logs_without_a_truth_have_no_summary(tmp_path: Path) -> None:
    columns, _ = rows_with_truth()
    assert true_scores(tmp_path, columns) is None


def test_a_coin_flip_world_has_no_share_to_reach(tmp_path: Path) -> None:
    columns, probability = rows_with_truth()
    write_truth(tmp_path, columns, numpy.full_like(probability, 0.04))
    scores = true_scores(tmp_path, columns)
    assert scores is not None
    summary = truth_summary(scores, columns, {"with_graph": {"auc": 0.51, "auc_per_request": 0.49}})
    assert summary["best_possible"]["all_knowledge"]["auc"] == 0.5
    assert numpy.isnan(summary["share_reached"]["with_graph"]["all_knowledge"]["auc"])


def test_the_truth_of_other_logs_is_refused(tmp_path: Path) -> None:
    columns, probability = rows_with_truth()
    write_truth(tmp_path, columns, probability)
    columns.values["request_id"][3] = "unknown"
    with pytest.raises(ContractError, match=r"1 of 400 test rows have no truth"):
        true_scores(tmp_path, columns)
