"""The evaluation of exported models on TFRecords, recomputed here with scikit-learn from the records themselves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy
import pyarrow.compute
import pyarrow.parquet
import pytest
import sklearn.metrics
import tensorflow

from components.evaluate_ranker.__main__ import main
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.report import write_report
from components.evaluate_ranker.step import evaluate_ranker
from schemas.artifact_meta import FILE_NAME, read_meta
from schemas.errors import ContractError
from schemas.step_report import StepReport
from tests.components.evaluate_ranker.conftest import TinyRun, tiny_settings
from tests.components.evaluate_ranker.measured_times import without_times
from tests.components.evaluate_ranker.tiny_artifacts import (
    NETWORK_DETAILS,
    TinyWorld,
    write_tiny_examples,
    write_tiny_network,
    write_tiny_ranker,
)


def evaluation_of(run: TinyRun) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((run.evaluation / "evaluation.json").read_text(encoding="utf-8"))
    return values


def records_of(examples: Path) -> list[dict[str, Any]]:
    """The test records as plain lists, read with TensorFlow's own message class."""
    paths = sorted(str(path) for path in (examples / "test").glob("*.tfrecord"))
    records = []
    for serialized in tensorflow.data.TFRecordDataset(paths).as_numpy_iterator():
        features = tensorflow.train.Example.FromString(serialized).features.feature
        records.append({name: list(getattr(value, value.WhichOneof("kind")).value) for name, value in features.items()})
    return records


def tiny_scores(record: dict[str, Any], taste_weight: float) -> FloatArray:
    rate, taste = numpy.array(record["content_click_rate_7d"]), numpy.array(record["order_cosine"])
    scores: FloatArray = 1 / (1 + numpy.exp(-(2 * numpy.log(rate) + 2 + taste_weight * taste)))
    return scores


def aucs(records: list[dict[str, Any]], taste_weight: float) -> tuple[float, float]:
    """Pooled and mean per-request ROC-AUC."""
    scores = [tiny_scores(record, taste_weight) for record in records]
    clicked = [record["clicked"] for record in records]
    pooled = sklearn.metrics.roc_auc_score(numpy.concatenate(clicked), numpy.concatenate(scores))
    both = [(labels, values) for labels, values in zip(clicked, scores, strict=True) if 0 < sum(labels) < len(labels)]
    return pooled, float(numpy.mean([sklearn.metrics.roc_auc_score(*pair) for pair in both]))


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


def run_again(run: TinyRun, output: Path, **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "examples": run.examples,
        "without_graph": run.without_graph,
        "with_graph": run.with_graph,
        "network": run.network,
        "settings": tiny_settings(),
        "logs": None,
        **changes,
    }
    evaluate_ranker(output=output, report=StepReport("evaluate_ranker", 0.0), **arguments)
    text = (output / "evaluation.json").read_text(encoding="utf-8")
    assert "NaN" not in text
    assert "Infinity" not in text
    body: dict[str, Any] = json.loads(text)
    return body


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


@pytest.fixture(scope="module")
def champions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One that knows less than the challenger of the tiny run, one that knows more."""
    folder = tmp_path_factory.mktemp("champions")
    earlier = "2026-03-08T00:00:00Z"
    return {
        "weak": write_tiny_ranker(folder / "weak", True, 0.9, as_of=earlier),
        "strong": write_tiny_ranker(folder / "strong", True, 1.5, as_of=earlier),
    }


def failed(body: dict[str, Any]) -> list[str]:
    return [check["name"] for check in body["verdict"]["checks"] if not check["passed"]]


def test_a_challenger_that_holds_against_its_champion_is_blessed(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    body = run_again(tiny_run, tmp_path / "evaluation", champion=champions["weak"])
    assert failed(body) == []
    assert (body["verdict"]["outcome"], body["challenge"]["reference"]) == ("blessed", "champion")
    records = records_of(tiny_run.examples)
    expected = 100 * (aucs(records, 1.4)[1] - aucs(records, 0.9)[1])
    assert body["challenge"]["difference"]["auc_per_request"]["value"] == pytest.approx(expected, abs=1e-4)
    assert set(body["beyond_accuracy"]["rankers"]) == {"popularity", "without_graph", "with_graph", "champion"}
    assert set(read_meta(tmp_path / "evaluation", "evaluation").inputs) >= {"champion", "with_graph"}


def test_a_challenger_that_loses_to_its_champion_is_refused(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    """As exported models, through the whole step; the challenger of 0.2 has forgotten the users' taste."""
    forgetful = write_tiny_ranker(tmp_path / "forgetful", True, 0.2, seeds=(1, 2))
    body = run_again(tiny_run, tmp_path / "evaluation", champion=champions["strong"], with_graph=forgetful)
    assert {"not_worse_auc_per_request", "not_worse_log_loss"} <= set(failed(body))
    assert "slice:warm_users" in failed(body)
    assert body["verdict"]["outcome"] == "refused"


def test_rows_before_the_champions_as_of_are_not_compared(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    """A champion that is younger than the examples: only what came after its training counts."""
    young = tmp_path / "young"
    shutil.copytree(champions["weak"], young)
    meta = json.loads((young / FILE_NAME).read_text())
    (young / FILE_NAME).write_text(json.dumps(meta | {"as_of": "2026-03-09T04:00:00Z"}))
    body = run_again(tiny_run, tmp_path / "evaluation", champion=young)
    assert body["challenge"]["first_row"] == "2026-03-09T04:00:00Z"
    assert body["challenge"]["requests"] == 60
    assert body["verdict"]["outcome"] == "deferred"
    assert "enough_clicks" in failed(body)


def test_earlier_test_rows_are_pooled_where_the_newest_are_too_few(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    few = write_tiny_examples(tmp_path / "few", TinyWorld(requests=30, first_request=400), seed=8)
    changes = {"examples": few, "champion": champions["weak"]}
    alone = run_again(tiny_run, tmp_path / "alone", **changes)
    assert alone["verdict"]["outcome"] == "deferred"
    pooled = run_again(tiny_run, tmp_path / "pooled", **changes, earlier_examples=[tiny_run.examples])
    assert pooled["challenge"]["clicks"] >= 400 > alone["challenge"]["clicks"]
    assert 0 < pooled["challenge"]["pooled_refreshes"] <= 10
    assert "enough_clicks" not in failed(pooled)
    assert "earlier_examples_0" in read_meta(tmp_path / "pooled", "evaluation").inputs


def test_a_champion_of_another_space_or_vocabulary_is_refused_naming_both(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    cases = {
        "space": ("elsewhere", "space elsewhere differ from tiny"),
        "vocabularies": ({"kind": ["poem"]}, r"vocabularies .*poem.* differ from .*article"),
        "features": (["shoe_size"], r"reads \['shoe_size'\]"),
    }
    for name, (value, message) in cases.items():
        shutil.copytree(champions["weak"], other)
        meta = json.loads((other / FILE_NAME).read_text())
        meta["details"][name] = value
        (other / FILE_NAME).write_text(json.dumps(meta))
        with pytest.raises(ContractError, match=message):
            run_again(tiny_run, tmp_path / "evaluation", champion=other)
        shutil.rmtree(other)
    assert not (tmp_path / "evaluation").exists()


def test_other_space_is_refused_naming_both(tiny_run: TinyRun, tmp_path: Path) -> None:
    foreign = write_tiny_ranker(tmp_path / "foreign", True, 1.4, space="elsewhere", seeds=(1, 2))
    with pytest.raises(ContractError, match=r"space elsewhere.*space tiny"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=foreign)
    assert not (tmp_path / "evaluation").exists()


def test_a_network_of_the_space_that_made_no_embedding_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    """Networks of several days share a space; the report must show the curves of one that made the embeddings."""
    examples, network = tmp_path / "examples", write_tiny_network(tmp_path / "network")
    shutil.copytree(tiny_run.examples, examples)
    for folder, weights in ((examples, ["of-yesterday", "of-today"]), (network, "of-tomorrow")):
        meta = json.loads((folder / FILE_NAME).read_text())
        meta["details"]["weights"] = weights
        (folder / FILE_NAME).write_text(json.dumps(meta))
    with pytest.raises(ContractError, match=r"weights of-tomorrow .* weights of-yesterday, of-today of the same space"):
        run_again(tiny_run, tmp_path / "evaluation", examples=examples, network=network)
    assert not (tmp_path / "evaluation").exists()


def test_exchanged_rankers_are_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="exchange the two"):
        run_again(
            tiny_run, tmp_path / "evaluation", with_graph=tiny_run.without_graph, without_graph=tiny_run.with_graph
        )


def test_a_ranker_that_knows_the_test_days_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    later = write_tiny_ranker(tmp_path / "later", True, 1.4, seeds=(1, 2), as_of="2026-03-10T00:00:00Z")
    with pytest.raises(ContractError, match=r"2026-03-10T00:00:00Z is later than 2026-03-09T00:00:00Z"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=later)


def test_different_seeds_are_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    other = write_tiny_ranker(tmp_path / "other", True, 1.4, seeds=(3,))
    with pytest.raises(ContractError, match="same seeds"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=other)


def test_no_test_record_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    empty = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=3))
    next((empty / "test").glob("*.tfrecord")).unlink()
    with pytest.raises(ContractError, match=r"holds 0 requests, meta\.json says 3"):
        run_again(tiny_run, tmp_path / "evaluation", examples=empty)


def test_a_damaged_file_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    damaged = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=3))
    path = next((damaged / "test").glob("*.tfrecord"))
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(ContractError, match="write the examples anew"):
        run_again(tiny_run, tmp_path / "evaluation", examples=damaged)


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
