"""python -m components.validate_logs: the step from a shell."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from components.validate_logs.log_window import LogWindow
from components.validate_logs.needed_files import needed_files
from components.validate_logs.settings import ValidationSettings
from schemas.instants import parse_instant
from schemas.remote.publishing import output_folder
from schemas.remote.reading import local_logs
from schemas.settings import read_settings_section
from schemas.step_report import step_report


def main() -> None:
    """Parses the arguments and runs the step."""
    parser = argparse.ArgumentParser(prog="python -m components.validate_logs", description=__doc__)
    parser.add_argument("--logs", required=True, help="folder in the log contract (schemas/logs); may be gs://...")
    parser.add_argument("--output", required=True, help="where the validated logs go; may be gs://...")
    parser.add_argument("--start", required=True, help="first instant of the window, such as 2026-03-02T00:00:00Z")
    parser.add_argument("--end", required=True, help="end of the window, exclusive")
    parser.add_argument("--config", type=Path, help="a run's YAML file; its section 'validation' is read")
    arguments = parser.parse_args()
    raise SystemExit(exit_code_of(lambda: _run(arguments)))


def _run(arguments: argparse.Namespace) -> None:
    settings = ValidationSettings()
    if arguments.config is not None:
        settings = read_settings_section(ValidationSettings, arguments.config, "validation")
    start, end = parse_instant(arguments.start), parse_instant(arguments.end)
    needed = needed_files(LogWindow(start, end))
    from components.validate_logs import step  # not before: --help need not wait for its libraries

    with (
        output_folder(arguments.output) as output,
        step_report("validate_logs") as report,
        local_logs(arguments.logs, needed) as logs,
    ):
        step.validate_logs(logs=logs, output=output, start=start, end=end, settings=settings, report=report)


if __name__ == "__main__":
    main()
