"""The evaluation of exported models on TFRecords, recomputed here with scikit-learn from the records themselves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pyarrow.compute
import pyarrow.parquet
import pytest
import sklearn.metrics

from components.evaluate_ranker.__main__ import main
from components.evaluate_ranker.report import write_report
from schemas.artifact_meta import read_meta
from tests.components.evaluate_ranker.conftest import TinyRun, tiny_settings
from tests.components.evaluate_ranker.measured_times import without_times
from tests.components.evaluate_ranker.recomputed import aucs, evaluation_of, records_of, run_again, tiny_scores
from tests.components.evaluate_ranker.tiny_examples import TinyWorld, write_tiny_examples
from tests.components.evaluate_ranker.tiny_networks import NETWORK_DETAILS, write_tiny_network
from tests.components.evaluate_ranker.tiny_rankers import write_tiny_ranker


def test_metrics_are_means_over_seeds_of_the_exported_models(tiny_run: TinyRun) -> None:
    body, records = evaluation_of(tiny_run), records_of(tiny_run.examples)
    lifts = []
    for ranker, weight in (("without_graph", 0.3), ("with_graph", 1.4)):
        expected = numpy.mean([aucs(records, weight), aucs(records, weight - 0.05)], axis=0)
        found = body["rankers"][ranker]
        assert [found["auc"], found["auc_per_request"]] == pytest.approx(expected, abs=1e-6)
        lifts.append(expected)
    assert body["lift"]["auc"]["value"] == pytest.approx(100 * (lifts[1][0] - lifts[0][0]), abs=1e-4)
    assert body["lift"]["auc_per_request"]["value"] == pytest.approx(100 * (lifts[1][1] - lifts[0][1]), abs=1e-4)
    assert body["seeds"] == [1, 2]


def test_the_network_alone_is_scored_by_its_dot_product(tiny_run: TinyRun) -> None:
    """The tiny embeddings' dot product is the taste plus half the popularity."""
    records = records_of(tiny_run.examples)
    scores = [
        numpy.array(record["order_cosine"]) + numpy.array(record["content_click_rate_7d"]) / 2 for record in records
    ]
    clicked = numpy.concatenate([record["clicked"] for record in records])
    network = evaluation_of(tiny_run)["network"]
    expected = sklearn.metrics.roc_auc_score(clicked, numpy.concatenate(scores))
    assert network["auc"] == pytest.approx(expected, abs=1e-6)
    few = numpy.concatenate([record["window_views"] for record in records]) < 50
    expected = sklearn.metrics.roc_auc_score(clicked[few], numpy.concatenate(scores)[few])
    assert network["slices"]["content_under_50_views"]["auc"] == pytest.approx(expected, abs=1e-6)
    assert network["test_graph"] == NETWORK_DETAILS["test_graph"]
    probability = 1 / (1 + 2 * numpy.exp(0.4 - 1.3 * numpy.concatenate(scores)))
    found = network["calibration"]["predicted_over_observed"]
    assert found == pytest.approx(probability.sum() / clicked.sum(), rel=1e-5)
    bins = json.loads((tiny_run.evaluation / "plots.json").read_text(encoding="utf-8"))["network_calibration"]
    assert numpy.dot(bins["rows"], bins["predicted"]) == pytest.approx(probability.sum(), rel=1e-5)


def test_a_loss_that_only_ranks_gets_no_calibration(tiny_run: TinyRun, tmp_path: Path) -> None:
    """An artifact from before there was a test graph in it is told as far as it goes."""
    log_odds = {**NETWORK_DETAILS["log_odds"], "uncalibrated_because": "the loss 'bpr' only ranks"}
    ranking = write_tiny_network(tmp_path / "network", log_odds=log_odds, test_graph=None)
    network = run_again(tiny_run, tmp_path / "evaluation", network=ranking)["network"]
    assert network["calibration"] == {"refused": "the loss 'bpr' only ranks"}
    assert network["test_graph"] is None
    report = write_report(tmp_path / "evaluation", (), {}, tmp_path / "report")
    assert report["network"] == network
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "no probability: the loss &#39;bpr&#39; only ranks" in page


def test_intervals_hold_the_value_and_the_graph_clearly_helps(tiny_run: TinyRun) -> None:
    lift = evaluation_of(tiny_run)["lift"]
    for metric in ("auc", "auc_per_request", "ndcg_at_10", "mrr", "map"):
        assert 0 < lift[metric]["low"] < lift[metric]["value"] < lift[metric]["high"]


def test_fixed_position_is_the_models_other_answer(tiny_run: TinyRun) -> None:
    """The tiny model halves every probability there: the same order."""
    for metrics in evaluation_of(tiny_run)["rankers"].values():
        assert metrics["fixed_position"]["auc"] == pytest.approx(metrics["auc"], abs=1e-6)
        assert set(metrics["fixed_position"]) == {"auc", "auc_per_request"}


def test_slices_hold_their_own_rows(tiny_run: TinyRun) -> None:
    body, records = evaluation_of(tiny_run), records_of(tiny_run.examples)
    cold = [record for record in records if record["cold_user"] == [1]]
    clicked = numpy.concatenate([record["clicked"] for record in cold])
    scores = [tiny_scores(record, weight) for weight in (1.4, 1.35) for record in cold]
    found = body["slices"]["cold_users"]
    assert (found["candidates"], found["clicks"]) == (len(clicked), clicked.sum())
    halves = numpy.concatenate(scores).reshape(2, -1)
    expected = numpy.mean([sklearn.metrics.roc_auc_score(clicked, half) for half in halves])
    assert found["rankers"]["with_graph"]["auc"] == pytest.approx(expected, abs=1e-6)
    whole = sum(body["slices"][name]["candidates"] for name in ("cold_content", "warm_content"))
    assert whole == body["candidates"] == 300 * 8
    names = {"kind=article", "kind=video", "device=desktop", "device=phone", "slot=0-3", "slot=4+", "new_content"}
    assert names <= set(body["slices"])


def test_scores_of_every_row_are_kept(tiny_run: TinyRun) -> None:
    table = pyarrow.parquet.read_table(tiny_run.evaluation / "scores.parquet")
    record = records_of(tiny_run.examples)[17]
    rows = table.filter(pyarrow.compute.field("request_id") == "r17")
    assert rows["with_graph/seed=2"].to_numpy() == pytest.approx(tiny_scores(record, 1.35), rel=1e-5)
    assert rows["clicked"].to_pylist() == [bool(label) for label in record["clicked"]]


def test_meta_knows_its_inputs_and_the_youngest_test_row(tiny_run: TinyRun) -> None:
    meta = read_meta(tiny_run.evaluation, "evaluation")
    assert set(meta.inputs) == {"examples", "without_graph", "with_graph", "network"}
    assert meta.largest_event_time == "2026-03-09T04:59:00Z"
    assert tiny_run.report.counts["clicks"] == meta.counts["clicks"] > 0


def test_the_same_inputs_give_the_same_bytes(tiny_run: TinyRun, tmp_path: Path) -> None:
    """All but the one measured time."""
    again = run_again(tiny_run, tmp_path / "again")
    for name in ("plots.json", "scores.parquet", "meta.json"):
        assert (tmp_path / "again" / name).read_bytes() == (tiny_run.evaluation / name).read_bytes()
    assert without_times(again) == without_times(evaluation_of(tiny_run))


def test_test_days_without_a_click_give_nulls_and_no_blessing(tiny_run: TinyRun, tmp_path: Path) -> None:
    silent = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=20, clicks=False))
    body = run_again(tiny_run, tmp_path / "evaluation", examples=silent)
    assert body["rankers"] is None
    assert body["lift"] is None
    assert body["slices"]["cold_content"]["rankers"] is None
    assert not body["verdict"]["blessed"]


def test_a_slice_of_one_class_gives_nulls(tiny_run: TinyRun, tmp_path: Path) -> None:
    """With a minimum of one click, tiny slices are measured even where a metric is undefined."""
    few = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=4, slate=3, users=3), seed=5)
    settings = tiny_settings(minimum_slice_clicks=1, page_requests=0)
    body = run_again(tiny_run, tmp_path / "evaluation", examples=few, settings=settings)
    assert body["beyond_accuracy"] is None
    undefined = [scope for scope in body["slices"].values() if scope["rankers"] and scope["lift"]["auc"]["low"] is None]
    assert undefined


def test_scores_that_are_no_probabilities_are_refused_by_the_verdict(tiny_run: TinyRun, tmp_path: Path) -> None:
    broken = write_tiny_ranker(tmp_path / "broken", True, 1.4, scale=float("nan"), seeds=(1, 2))
    body = run_again(tiny_run, tmp_path / "evaluation", with_graph=broken)
    assert not body["verdict"]["blessed"]
    assert any(reason.startswith("finite_scores") for reason in body["verdict"]["reasons"])


def test_the_command_line_prints_the_table_and_refuses_with_2(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = tmp_path / "run.yaml"
    configuration.write_text("evaluation: {resamples: 20, minimum_clicks: 10000}\n", encoding="utf-8")
    paths = {"examples": tiny_run.examples, "network": tiny_run.network, "output": tmp_path / "evaluation"}
    options = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    rankers = [str(tiny_run.without_graph), str(tiny_run.with_graph)]
    good = ["--without-graph", rankers[0], "--with-graph", rankers[1], *options, "--config", str(configuration)]
    assert main(good) == 0
    told = capsys.readouterr().out
    assert "ROC-AUC, per request" in told
    assert "verdict: deferred" in told
    assert "  enough_clicks: 524, needed at least 10000" in told
    assert main(["--without-graph", rankers[1], "--with-graph", rankers[0], *options]) == 2
    assert "refused: " in capsys.readouterr().err
    configuration.write_text("evaluation: {resample: 20}\n", encoding="utf-8")
    assert main(good) == 2
    assert "unknown key 'resample'" in capsys.readouterr().err
