"""`python pipeline.py run | compile | register | submit | schedule`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from components.command_line import exit_code_of
from orchestration import compile_command, register_command, run_command, schedule_command, submit_command
from orchestration.local_run import StepFailedError

COMMANDS = (run_command, compile_command, register_command, submit_command, schedule_command)


def command_parser(names: list[str]) -> argparse.ArgumentParser:
    """The parser of everything that `python pipeline.py` takes.

    Args:
        names: Of the pipelines.
    """
    parser = argparse.ArgumentParser(prog="python pipeline.py", description="The daily and the refresh pipeline.")
    parsers = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_parser(parsers, names)
    return parser


def main(pipelines: dict[str, Any], arguments: Sequence[str]) -> int:
    """Parses the command line and does what it says.

    Args:
        pipelines: What dsl.pipeline made, by name.
        arguments: Without the program's name.

    Returns:
        0; 2 where an input was refused, 1 where a step failed otherwise.
    """
    given = command_parser(sorted(pipelines)).parse_args(arguments)
    try:
        return exit_code_of(lambda: given.action(given, pipelines))
    except StepFailedError as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
