"""Push, list, promote and roll back from a shell: python -m components.push_ranker <action> --help."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from components.push_ranker.labels import promote, roll_back
from components.push_ranker.model_config import STABLE
from components.push_ranker.settings import PushSettings
from components.push_ranker.step import push_ranker
from components.push_ranker.version_list import print_versions
from schemas.feature_store import FeatureStoreSettings
from schemas.settings import parse_settings, read_settings_section, read_yaml
from schemas.step_report import step_report


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and runs one action."""
    parser = argparse.ArgumentParser(prog="python -m components.push_ranker", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--base", required=True, help="folder of the versions and of models.config; may be gs://...")
    common.add_argument("--config", type=Path, help="run YAML; its section 'push' is read")
    common.add_argument(
        "--target",
        help="host:port of a running server's gRPC API; labels move there too, when it has loaded their version "
        "(default: servers poll models.config)",
    )
    push = actions.add_parser("push", parents=[common], help="push a blessed ranker")
    push.add_argument("--ranker", type=Path, required=True, help="ranker artifact with the graph")
    push.add_argument("--evaluation", type=Path, required=True, help="evaluation artifact of that ranker")
    push.add_argument("--output", type=Path, required=True, help="push artifact to write")
    push.add_argument("--store", type=Path, help="YAML of the feature store, where users' vectors must be first")
    push.add_argument("--label", help="stable or canary (default: push.label of the configuration)")
    actions.add_parser("list", parents=[common], help="show versions and labels")
    forward = actions.add_parser("promote", parents=[common], help="move a label to a version")
    forward.add_argument("--version", type=int, help="which one (default: the one that 'canary' means)")
    forward.add_argument("--label", default=STABLE, help="which label (default: %(default)s)")
    back = actions.add_parser("rollback", parents=[common], help="move the label 'stable' back to an earlier version")
    back.add_argument("--version", type=int, help="where to (default: the version that was stable before)")
    return exit_code_of(lambda: _run(parser.parse_args(arguments)))


def _run(options: argparse.Namespace) -> None:
    settings = _settings(options)
    if options.action == "push":
        with step_report("push_ranker") as report:
            push_ranker(
                ranker=options.ranker,
                evaluation=options.evaluation,
                base=options.base,
                output=options.output,
                settings=settings,
                report=report,
            )
    elif options.action == "list":
        print_versions(options.base, settings)
    elif options.action == "promote":
        print(f"{options.label} is now {promote(options.base, options.version, options.label, settings)}")
    else:
        print(f"stable is now {roll_back(options.base, options.version, settings)}")


def _settings(options: argparse.Namespace) -> PushSettings:
    """Those of the configuration with the options in their place."""
    path = options.config
    values = (read_settings_section(PushSettings, path, "push") if path else PushSettings()).model_dump()
    if options.target is not None:
        values["target"] = options.target
    if options.action == "push":
        if options.label is not None:
            values["label"] = options.label
        if options.store is not None:
            values["feature_store"] = parse_settings(FeatureStoreSettings, read_yaml(options.store), str(options.store))
    return parse_settings(PushSettings, values, "command line")


if __name__ == "__main__":
    raise SystemExit(main())
