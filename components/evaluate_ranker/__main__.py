"""The evaluation from a shell: python -m components.evaluate_ranker --help."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from components.command_line import exit_code_of
from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.summary import summary_table
from schemas.settings import read_settings_section
from schemas.step_report import step_report


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and runs the step."""
    parser = argparse.ArgumentParser(prog="python -m components.evaluate_ranker", description=__doc__)
    parser.add_argument("--examples", type=Path, required=True, help="examples artifact, whose test split is scored")
    parser.add_argument("--without-graph", type=Path, required=True, help="ranker artifact without the graph")
    parser.add_argument("--with-graph", type=Path, required=True, help="ranker artifact with the graph")
    parser.add_argument("--network", type=Path, required=True, help="network artifact, for its training curves")
    parser.add_argument("--logs", type=Path, help="the source's log folder, for a simulated world's truth")
    parser.add_argument("--champion", type=Path, help="ranker artifact that serves now (default: beat popularity)")
    parser.add_argument(
        "--earlier-examples",
        type=Path,
        nargs="+",
        default=[],
        help="examples artifacts of earlier refreshes, whose test rows are pooled where clicks are too few",
    )
    parser.add_argument("--output", type=Path, required=True, help="evaluation artifact to write")
    parser.add_argument("--config", type=Path, help="run YAML; its section 'evaluation' is read")
    return exit_code_of(lambda: _run(parser.parse_args(arguments)))


def _run(options: argparse.Namespace) -> None:
    path = options.config
    settings = read_settings_section(EvaluationSettings, path, "evaluation") if path else EvaluationSettings()
    # TensorFlow takes seconds to import; --help and a wrong argument do not wait for it.
    from components.evaluate_ranker.step import EVALUATION_FILE, evaluate_ranker

    with step_report("evaluate_ranker") as report:
        evaluate_ranker(
            examples=options.examples,
            without_graph=options.without_graph,
            with_graph=options.with_graph,
            network=options.network,
            output=options.output,
            settings=settings,
            logs=options.logs,
            report=report,
            champion=options.champion,
            earlier_examples=options.earlier_examples,
        )
    evaluation = json.loads((options.output / EVALUATION_FILE).read_text(encoding="utf-8"))
    print(summary_table(evaluation))


if __name__ == "__main__":
    raise SystemExit(main())
