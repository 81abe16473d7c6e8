"""report.json and report.html of a rolling evaluation; the page is one file without outside resources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components.evaluate_ranker import plots
from components.evaluate_ranker.finite_values import write_json
from components.evaluate_ranker.page_templates import TEMPLATES, page_environment
from orchestration.rolling.table import METRICS, harmed_slices, heading, table_lines

TEMPLATE, STYLE = "rolling.html.j2", "report.css"
ALL_DAYS = "all days"


def write_rolling_report(report: Mapping[str, Any], folder: Path) -> None:
    """Writes report.json and report.html.

    Args:
        report: From rolling_report.report_values, undefined values as None.
        folder: The run's; made where it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "report.json", report)
    (folder / "report.html").write_text(rolling_page(report), encoding="utf-8")


def rolling_page(report: Mapping[str, Any]) -> str:
    """The page.

    Args:
        report: The contents of report.json.
    """
    environment = page_environment(Path(__file__).parent / "templates", TEMPLATES)
    scopes = {"all": report, **report["slices"]}
    return environment.get_template(TEMPLATE).render(
        report=report,
        style=STYLE,
        heading=heading(report),
        tables={title: list(table_lines(report, metric)) for metric, title in METRICS.items()},
        harmed=list(harmed_slices(report)),
        days={title: plots.lift_by_day_plot(_lifts_by_day(report, metric)) for metric, title in METRICS.items()},
        slices={title: plots.lift_plot(scopes, metric) for metric, title in METRICS.items()},
        slowest=max(step["seconds"] for step in report["steps"]) or 1,
        total_seconds=sum(step["seconds"] for step in report["steps"]),
        configuration=yaml.safe_dump(report["config"], sort_keys=False, allow_unicode=True),
    )


def _lifts_by_day(report: Mapping[str, Any], metric: str) -> dict[str, dict[str, Any]]:
    scopes = {day["as_of"][5:10]: day["refreshes"] for day in report["days"]} | {ALL_DAYS: report["refreshes"]}
    return {
        day: {refresh: scope["lift"][metric] for refresh, scope in refreshes.items()}
        for day, refreshes in scopes.items()
    }
