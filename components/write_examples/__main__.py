"""`python -m components.write_examples`: the step from a shell; `audit <examples>` looks for leaks in what it wrote."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from components.command_line import exit_code_of


def main() -> int:
    """Parses the arguments and writes the examples, or audits them."""
    if sys.argv[1:2] == ["audit"]:
        from components.write_examples.audit import command

        return command.main(sys.argv[2:])
    parser = argparse.ArgumentParser(prog="python -m components.write_examples", description=__doc__)
    parser.add_argument("--logs", type=Path, required=True, help="validated logs, an artifact of validate_logs")
    parser.add_argument("--embeddings", type=Path, required=True, help="root of the embeddings of embed_nodes")
    parser.add_argument("--output", type=Path, required=True, help="folder of the examples artifact")
    parser.add_argument("--as-of", required=True, help="ISO 8601; rows before it train, rows after it test")
    parser.add_argument("--refresh", default="30m", help="distance between refreshes: 30m, 2h or 1d")
    parser.add_argument("--window-days", type=int, default=7, help="days of logs before as_of")
    parser.add_argument("--network-days", type=int, default=4, help="days of the window that trained the network")
    parser.add_argument("--test-days", type=int, default=1, help="days after as_of that test")
    parser.add_argument("--earlier-ranker", type=Path, help="refresh: the ranker to be trained on; rows start after it")
    parser.add_argument("--newest", help="refresh: ISO 8601; end of the test rows, known to the tables")
    parser.add_argument("--cold-content-views", type=int, default=500, help="content with fewer views is cold")
    parser.add_argument("--config", type=Path, help="run configuration; its section 'examples' is used")
    parser.add_argument("--engine", choices=("duckdb", "pyspark"), help="overrides the file's engine")
    arguments = parser.parse_args()

    def action() -> None:
        from components.write_examples.settings import ExampleSettings
        from components.write_examples.step import write_examples
        from schemas.errors import ContractError
        from schemas.instants import parse_instant
        from schemas.ranker_artifact import RankerArtifact
        from schemas.settings import read_settings_section
        from schemas.step_report import step_report
        from schemas.timeline import Timeline

        settings = (
            read_settings_section(ExampleSettings, arguments.config, "examples")
            if arguments.config
            else ExampleSettings()
        )
        if arguments.engine is not None:
            settings = settings.model_copy(update={"engine": arguments.engine})
        timeline = Timeline.from_text(
            arguments.as_of, arguments.refresh, arguments.window_days, arguments.network_days, arguments.test_days
        )
        if (arguments.newest is None) != (arguments.earlier_ranker is None):
            raise ContractError("a refresh needs both --newest and --earlier-ranker, a daily run neither")
        if arguments.newest is not None:
            newest, ranker = parse_instant(arguments.newest), RankerArtifact(arguments.earlier_ranker)
            timeline = timeline.of_refresh(newest, ranker.meta.as_of_instant, newest - timeline.as_of)
        with step_report("write_examples") as report:
            write_examples(
                logs=arguments.logs,
                embeddings=arguments.embeddings,
                output=arguments.output,
                timeline=timeline,
                cold_content_views=arguments.cold_content_views,
                settings=settings,
                report=report,
                earlier_ranker=arguments.earlier_ranker,
            )

    return exit_code_of(action)


if __name__ == "__main__":
    raise SystemExit(main())
