"""python -m components.build_graph: the step from a shell."""

from __future__ import annotations

import argparse
import contextlib
from pathlib import Path

from components.build_graph.settings import GraphSettings
from components.command_line import exit_code_of
from components.engine.cluster import submitted_to_cluster
from schemas.instants import parse_instant
from schemas.remote.address import is_remote
from schemas.remote.publishing import output_folder
from schemas.remote.reading import local_artifact, local_outline
from schemas.settings import read_settings_section
from schemas.step_report import step_report


def main() -> None:
    """Parses the arguments and runs the step."""
    parser = argparse.ArgumentParser(prog="python -m components.build_graph", description=__doc__)
    parser.add_argument("--logs", required=True, help="from components.validate_logs; may be gs://...")
    parser.add_argument("--output", required=True, help="where the graph goes; may be gs://...")
    parser.add_argument("--start", required=True, help="first instant of the window, such as 2026-03-02T00:00:00Z")
    parser.add_argument("--end", required=True, help="end of the window, exclusive: the graph's as_of")
    parser.add_argument("--config", type=Path, help="a run's YAML file; its section 'graph' is read")
    parser.add_argument("--engine", choices=("duckdb", "pyspark"), help="overrides the file's engine")
    parser.add_argument(
        "--base", help="an earlier graph to continue: only events since its as_of are read from the logs"
    )
    parser.add_argument(
        "--window-only",
        action="store_true",
        help="leave out follows and content-brand links from before the window (the disjoint test graph)",
    )
    arguments = parser.parse_args()
    raise SystemExit(exit_code_of(lambda: _run(arguments)))


def _run(arguments: argparse.Namespace) -> None:
    settings = GraphSettings()
    if arguments.config is not None:
        settings = read_settings_section(GraphSettings, arguments.config, "graph")
    if arguments.engine is not None:
        settings = settings.model_copy(update={"engine": arguments.engine})
    start, end = parse_instant(arguments.start), parse_instant(arguments.end)
    # The machines of a cluster cannot read this one's files: they get the address.
    on_cluster = settings.engine == "pyspark" and is_remote(arguments.logs) and submitted_to_cluster()
    from components.build_graph import step  # not before: --help need not wait for its libraries

    with (
        output_folder(arguments.output) as output,
        step_report("build_graph") as report,
        _logs(arguments.logs, on_cluster) as logs,
        _base(arguments.base) as base,
    ):
        step.build_graph(
            logs=logs,
            output=output,
            start=start,
            end=end,
            settings=settings,
            report=report,
            reach_back=not arguments.window_only,
            base=base,
            read_from=arguments.logs.rstrip("/") if on_cluster else None,
        )


def _logs(location: str, on_cluster: bool) -> contextlib.AbstractContextManager[Path]:
    return (local_outline if on_cluster else local_artifact)(location, "validated_logs")


def _base(location: str | None) -> contextlib.AbstractContextManager[Path | None]:
    return contextlib.nullcontext() if location is None else local_artifact(location, "graph")


if __name__ == "__main__":
    main()
