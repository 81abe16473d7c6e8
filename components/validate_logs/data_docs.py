"""Great Expectations' Data Docs of a validation as a folder of pages that need no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from great_expectations.render.renderer.page_renderer import ExpectationSuitePageRenderer, ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView

from components.validate_logs.expectation_run import CheckedBatch, ExpectationRun
from components.validate_logs.log_window import LogWindow

TEMPLATES = Path(__file__).parent / "data_docs_templates"


def write_data_docs(folder: Path, run: ExpectationRun, window: LogWindow) -> None:
    """Writes index.html, one page a batch and one a suite, laid out as Great Expectations lays them out.

    The content is rendered by Great Expectations; the page around it is ours, since its own loads style sheets and
    scripts from other hosts and carries the time of writing: the same results would give other bytes.

    Args:
        folder: Where to.
        run: What was checked.
        window: The run's instants.
    """
    view = DefaultJinjaPageView(custom_views_directory=str(TEMPLATES))
    batches: list[dict[str, Any]] = []
    for batch in run.batches:
        suite = batch.outcome.suite_name
        path = f"validations/{suite}/{batch.table}/{batch.batch.replace(' ', '_')}/index.html"
        data = batch.data.to_dict("split", index=False)
        _write(folder / path, view, _result_document(batch), home="../../../../", data=data)
        statistics = batch.outcome.statistics
        batches.append(
            {
                "table": batch.table,
                "batch": batch.batch,
                "suite": suite,
                "path": path,
                "success": batch.outcome.success,
                "successful": statistics["successful_expectations"],
                "evaluated": statistics["evaluated_expectations"],
            }
        )
    for name, suite in run.suites.items():
        document = ExpectationSuitePageRenderer().render(suite)
        _write(folder / f"expectations/{name}.html", view, document, home="../", data=None)
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True)
    index = environment.get_template("index.html").render(batches=batches, window=window.describe())
    (folder / "index.html").write_text(index, encoding="utf-8")
    (folder / "style.css").write_text((TEMPLATES / "style.css").read_text(encoding="utf-8"), encoding="utf-8")


def _result_document(batch: CheckedBatch) -> Any:
    batch.outcome.meta["batch_kwargs"] = {"data_asset_name": f"{batch.table}, {batch.batch}"}
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(batch.outcome)
    # The last section tells when it ran.
    document.sections = document.sections[:-1]
    return document


def _write(path: Path, view: DefaultJinjaPageView, document: Any, **values: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(view.render(document, template="data_docs_page.html", **values), encoding="utf-8")
