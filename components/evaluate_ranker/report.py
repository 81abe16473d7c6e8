"""The report of a run: report.json for programs and report.html, one file without outside resources, for people."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from components.evaluate_ranker import plots
from components.evaluate_ranker.diversity_plot import diversity_plot
from components.evaluate_ranker.finite_values import finite_values, write_json
from components.evaluate_ranker.network_section import network_rows
from components.evaluate_ranker.page_templates import TEMPLATES, page_environment
from components.evaluate_ranker.summary import summary_table
from components.evaluate_ranker.verdict_plot import difference_plot
from components.evaluate_ranker.verdict_section import verdict_section
from schemas.artifact_meta import read_meta
from schemas.step_report import StepReport

__all__ = ["FinishedStep", "summary_table", "write_report"]

TEMPLATE = "report.html.j2"
METRICS = (
    ("auc", "ROC-AUC, pooled", "share of all (click, no click) pairs in the right order"),
    ("auc_per_request", "ROC-AUC, per request", "the same within one page, mean over requests"),
    ("ndcg_at_10", "NDCG@10", "clicks near the top of the page"),
    ("mrr", "MRR", "1 / place of the first click"),
    ("map", "MAP", "precision at each click"),
    ("log_loss", "log loss", "nats a row, less is better"),
    ("ece", "calibration error", "expected, bins of equal mass, less is better"),
    ("predicted_over_observed", "predicted / observed", "clicks, 1 is right"),
)

PAGES_OF = {
    "popularity": "popularity alone",
    "without_graph": "the ranker without the graph",
    "with_graph": "the new ranker, with the graph",
    "champion": "the ranker that serves now",
}


@dataclasses.dataclass(frozen=True)
class FinishedStep:
    """A step of the run and whether this run took it from the cache.

    Attributes:
        report: What the step said of itself.
        cached: Whether an earlier run did its work.
    """

    report: StepReport
    cached: bool

    def values(self) -> dict[str, Any]:
        """The step as it stands in report.json."""
        return {
            "name": self.report.name,
            "seconds": self.report.seconds,
            "cached": self.cached,
            "counts": dict(self.report.counts),
        }


def write_report(
    evaluation: Path, steps: Sequence[FinishedStep], configuration: Mapping[str, Any], output_folder: Path
) -> dict[str, Any]:
    """Writes report.json and report.html.

    Args:
        evaluation: The evaluation artifact.
        steps: The run's steps in order.
        configuration: The run's configuration as plain values.
        output_folder: The run's folder; made where it is missing.

    Returns:
        The contents of report.json.

    Raises:
        ContractError: The evaluation artifact is not complete.
    """
    read_meta(evaluation, "evaluation")
    body = json.loads((evaluation / "evaluation.json").read_text(encoding="utf-8"))
    curves = json.loads((evaluation / "plots.json").read_text(encoding="utf-8"))
    report: dict[str, Any] = finite_values(
        {**body, "config": dict(configuration), "steps": [step.values() for step in steps]}
    )
    page = report_page(report, curves)
    output_folder.mkdir(parents=True, exist_ok=True)
    write_json(output_folder / "report.json", report)
    (output_folder / "report.html").write_text(page, encoding="utf-8")
    return report


def report_page(report: Mapping[str, Any], curves: Mapping[str, Any]) -> str:
    """The page of a report.

    Args:
        report: The contents of report.json.
        curves: The contents of the evaluation's plots.json.
    """
    environment = page_environment(TEMPLATES)
    scopes = {"all": report, **report["slices"]}
    images = {
        "roc": plots.roc_plot(curves["roc"], report["rankers"]) if curves["roc"] and report["rankers"] else None,
        "calibration": plots.calibration_plot(curves["calibration"]),
        "lift_auc": plots.lift_plot(scopes, "auc"),
        "lift_auc_per_request": plots.lift_plot(scopes, "auc_per_request"),
        "training": plots.training_plot(curves["ranker_curves"]),
        "network": plots.network_plot(curves["network_curves"]),
        "verdict": difference_plot(report["challenge"]),
        "re_ranking": diversity_plot(report["beyond_accuracy"]["re_ranking"]) if report["beyond_accuracy"] else None,
        "network_calibration": _network_calibration(curves.get("network_calibration")),
    }
    return environment.get_template(TEMPLATE).render(
        report=report,
        scopes=scopes,
        images=images,
        metrics=METRICS,
        network=network_rows(report),
        verdict=verdict_section(report),
        pages_of=PAGES_OF,
        slowest=max([step["seconds"] for step in report["steps"]], default=0) or 1,
        total_seconds=sum(step["seconds"] for step in report["steps"] if not step["cached"]),
        configuration=yaml.safe_dump(report["config"], sort_keys=False, allow_unicode=True),
    )


def _network_calibration(bins: Mapping[str, Any] | None) -> str | None:
    return None if bins is None else plots.calibration_plot({"network": bins}, plots.NETWORK_STYLE)
