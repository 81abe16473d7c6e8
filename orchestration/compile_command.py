"""`python pipeline.py compile`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from orchestration.arguments import settings_arguments
from orchestration.compiling import compile_pipelines
from orchestration.shared_options import (
    add_configuration_options,
    add_target_options,
    cluster_configuration_of,
    target_of,
)


def add_parser(parsers: Any, pipelines: list[str]) -> None:
    """Adds the subcommand."""
    names = ", ".join(f"{name}.yaml" for name in pipelines)
    parser: argparse.ArgumentParser = parsers.add_parser("compile", help=f"write {names} for a Kubeflow server")
    parser.add_argument("--output", type=Path, required=True, help="folder; replaced as a whole")
    add_configuration_options(parser, "configs/production.yaml")
    add_target_options(parser)
    parser.set_defaults(action=compile_all)


def compile_all(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Compiles every pipeline with the configuration's settings as defaults.

    The logs, the serving folder and the timeline have no default: they differ from run to run.
    """
    defaults = settings_arguments(cluster_configuration_of(given))
    del defaults["timeline"]
    for path in compile_pipelines(pipelines, given.output, defaults, target_of(given)):
        print(path)
