"""Options that several subcommands of pipeline.py share."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestration.configuration import RunConfiguration, read_configuration

TAG_HELP = "tag of the images: the commit they were built from (default: development)"


def add_configuration_options(parser: argparse.ArgumentParser, default: str) -> None:
    """Adds --config, --as-of and --set."""
    parser.add_argument("--config", type=Path, default=Path(default), help="a run's YAML file (default: %(default)s)")
    parser.add_argument("--as-of", help="ISO 8601; replaces the configuration's as_of")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replaces one setting, for example ranker.epochs=2; may be repeated",
    )


def option_of(name: str) -> str:
    """The option that chooses a trained artifact: `--ranker-with-graph` for `ranker_with_graph`."""
    return "--" + name.replace("_", "-")


def configuration_of(given: argparse.Namespace) -> RunConfiguration:
    """Reads what those options name.

    Raises:
        ContractError: The file or an option has an unknown key or a wrong value.
    """
    as_of = [f"as_of={given.as_of}"] if given.as_of else []
    return read_configuration(given.config, [*as_of, *given.set])


def add_image_options(parser: argparse.ArgumentParser, tag_help: str = TAG_HELP) -> None:
    """Adds --tag and --registry."""
    parser.add_argument("--tag", help=tag_help)
    parser.add_argument("--registry", default="", help="what stands before the images' names")
