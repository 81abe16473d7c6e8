"""Trains a ranker from a shell: `python -m components.train_ranker --help`."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from components.train_ranker.settings import RankerSettings
from schemas.settings import read_settings_section
from schemas.step_report import step_report


def run(arguments: argparse.Namespace) -> None:
    """Runs the step with the arguments of the command line."""
    settings = RankerSettings()
    if arguments.config is not None:
        settings = read_settings_section(RankerSettings, arguments.config, "ranker")
    # TensorFlow takes seconds to import; a wrong configuration is refused before.
    from components.train_ranker.step import train_ranker

    with step_report("train_ranker") as report:
        train_ranker(
            examples=arguments.examples,
            output=arguments.output,
            with_graph=arguments.with_graph,
            settings=settings,
            report=report,
            warm_start=arguments.warm_start,
        )


def main(words: list[str] | None = None) -> int:
    """Parses the command line (the process' own by default) and runs the step; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m components.train_ranker", description=__doc__)
    parser.add_argument("--examples", type=Path, required=True, help="the examples artifact")
    parser.add_argument("--output", type=Path, required=True, help="the ranker artifact to write")
    parser.add_argument(
        "--with-graph",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether the ranker reads the graph's features (default: it does)",
    )
    parser.add_argument("--warm-start", type=Path, help="an earlier ranker artifact whose weights to start from")
    parser.add_argument("--config", type=Path, help="a run's YAML file; its section 'ranker' holds the settings")
    arguments = parser.parse_args(words)
    return exit_code_of(lambda: run(arguments))


if __name__ == "__main__":
    raise SystemExit(main())
