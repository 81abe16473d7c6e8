"""report.json and report.html hold what was measured, without NaN and without anything from outside."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from components.evaluate_ranker.report import FinishedStep, write_report
from schemas.errors import ContractError
from schemas.step_report import StepReport
from tests.components.evaluate_ranker.conftest import TinyRun

STEPS = (
    FinishedStep(StepReport("build_graph", 0.0, 3.25, {"edges": 123456.0}), cached=True),
    FinishedStep(StepReport("train_ranker", 0.0, 75.0, {"log_loss": 0.1234567}), cached=False),
)
CONFIGURATION = {"name": "tiny", "refresh": "30m", "ranker": {"epochs": 2}}


def written(run: TinyRun, folder: Path) -> tuple[dict[str, Any], str]:
    """report.json as an object and report.html as text."""
    write_report(run.evaluation, STEPS, CONFIGURATION, folder)
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report, (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def report_and_page(tiny_run: TinyRun, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    """Written once; drawing takes a second."""
    return written(tiny_run, tmp_path_factory.mktemp("report"))


def visible_text(page: str) -> str:
    """What a reader sees, blanks squeezed."""
    parts: list[str] = []

    class Reader(HTMLParser):
        hidden = False

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
            self.hidden = tag == "style"

        def handle_data(self, data: str) -> None:
            if not self.hidden:
                parts.append(data)

    Reader().feed(page)
    return re.sub(r"\s+", " ", " ".join(parts))


def test_report_json_is_the_evaluation_with_steps_and_configuration(
    tiny_run: TinyRun, report_and_page: tuple[dict[str, Any], str]
) -> None:
    report, _ = report_and_page
    evaluation = json.loads((tiny_run.evaluation / "evaluation.json").read_text(encoding="utf-8"))
    assert {**evaluation, "config": CONFIGURATION, "steps": report["steps"]} == report
    assert report["steps"] == [
        {"name": "build_graph", "seconds": 3.25, "cached": True, "counts": {"edges": 123456.0}},
        {"name": "train_ranker", "seconds": 75.0, "cached": False, "counts": {"log_loss": 0.1234567}},
    ]
    for key in ("as_of", "config", "seeds", "rankers", "lift", "slices", "verdict", "steps"):
        assert key in report
    for metric in ("auc", "auc_per_request", "log_loss", "ece", "ndcg_at_10", "mrr", "map", "predicted_over_observed"):
        assert isinstance(report["rankers"]["with_graph"][metric], float)


def test_page_shows_the_numbers(report_and_page: tuple[dict[str, Any], str]) -> None:
    report, page = report_and_page
    text = visible_text(page)
    for ranker in ("without_graph", "with_graph"):
        for metric in ("auc", "auc_per_request", "log_loss", "ece"):
            assert f"{report['rankers'][ranker][metric]:.4f}" in text
    lift = report["lift"]["auc_per_request"]
    assert f"{lift['value']:+.2f}" in text
    assert f"[{lift['low']:+.2f}, {lift['high']:+.2f}]" in text
    assert f"{report['slices']['cold_users']['candidates']:,}" in text
    assert "123,456" in text
    assert "1 min 15 s" in text
    assert "cached" in text
    assert "Yes, the new ranker may go live." in text
    assert f"All {len(report['verdict']['checks'])} checks hold." in text
    for check in report["verdict"]["checks"]:
        assert check["title"] in text
        assert check["question"] in text
        assert check["threshold"] in text
    for values in report["beyond_accuracy"]["rankers"].values():
        assert f"{100 * values['coverage']:.1f} %" in text
        assert f"{values['novelty']['value']:.2f} [" in text


def test_page_needs_nothing_from_outside(report_and_page: tuple[dict[str, Any], str]) -> None:
    _, page = report_and_page
    sources = re.findall(r"(?:src|href|url)\s*[=(]\s*[\"']?([^\"')\s>]+)", page)
    images = [source for source in sources if source.startswith("data:image/svg+xml;base64,")]
    assert len(images) == 9, "verdict, ROC, calibration twice, lift twice, rankers, network, re-ranking"
    assert set(sources) - set(images) == {"#verdict", "#network"}


def test_the_same_evaluation_draws_the_same_page(
    tiny_run: TinyRun, tmp_path: Path, report_and_page: tuple[dict[str, Any], str]
) -> None:
    assert written(tiny_run, tmp_path) == report_and_page


def test_text_of_the_configuration_cannot_become_markup(tiny_run: TinyRun, tmp_path: Path) -> None:
    write_report(tiny_run.evaluation, STEPS, {"name": "<script>alert(1)</script>"}, tmp_path)
    assert "<script" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_nulls_are_drawn_as_dashes(tiny_run: TinyRun, tmp_path: Path) -> None:
    """An evaluation with too few clicks still gives a page."""
    evaluation = tmp_path / "evaluation"
    evaluation.mkdir()
    for name in ("meta.json", "plots.json"):
        (evaluation / name).write_bytes((tiny_run.evaluation / name).read_bytes())
    body = json.loads((tiny_run.evaluation / "evaluation.json").read_text(encoding="utf-8"))
    body["slices"]["cold_users"].update(rankers=None, lift=None, difference=None)
    body["slices"]["warm_users"]["lift"]["auc"].update(low=None, high=None)
    body["slices"]["new_content"]["rankers"]["with_graph"]["auc_per_request"] = None
    body["slices"]["new_content"]["lift"]["auc_per_request"] = {"value": None, "low": None, "high": None}
    (evaluation / "evaluation.json").write_text(json.dumps(body), encoding="utf-8")
    write_report(evaluation, STEPS, CONFIGURATION, tmp_path / "some")
    assert "too few clicks to tell" in (tmp_path / "some" / "report.html").read_text(encoding="utf-8")
    body.update(rankers=None, lift=None, difference=None, popularity=None, pushed_seed=None)
    body["challenge"].update(difference=None, metrics=None, first_row=None, last_row=None, clicks=0)
    for check in body["verdict"]["checks"]:
        check.update(value=None, measured=None)
    for scope in body["slices"].values():
        scope.update(rankers=None, lift=None, difference=None)
    (evaluation / "evaluation.json").write_text(json.dumps(body), encoding="utf-8")
    write_report(evaluation, (), CONFIGURATION, tmp_path / "none")
    assert "too few to tell" in (tmp_path / "none" / "report.html").read_text(encoding="utf-8")


def test_an_incomplete_evaluation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"meta\.json: not found"):
        write_report(tmp_path / "missing", STEPS, CONFIGURATION, tmp_path / "output")
    assert not (tmp_path / "output").exists()


def test_the_report_needs_no_tensorflow() -> None:
    """Orchestration writes it; a page must not cost five seconds of imports."""
    program = "import sys, components.evaluate_ranker.report; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
