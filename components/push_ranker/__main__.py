"""Push, list and roll back from a shell: python -m components.push_ranker {push,list,rollback} --help."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from components.push_ranker.model_config import read_served_versions
from components.push_ranker.push import roll_back
from components.push_ranker.settings import PushSettings
from components.push_ranker.step import push_ranker
from components.push_ranker.version_folder import versions_on_disk
from schemas.feature_store import FeatureStoreSettings
from schemas.settings import parse_settings, read_settings_section, read_yaml
from schemas.step_report import step_report


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and runs one action."""
    parser = argparse.ArgumentParser(prog="python -m components.push_ranker", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--base", type=Path, required=True, help="folder of the versions and of models.config")
    common.add_argument("--config", type=Path, help="run YAML; its section 'push' is read")
    push = actions.add_parser("push", parents=[common], help="push a blessed ranker")
    push.add_argument("--ranker", type=Path, required=True, help="ranker artifact with the graph")
    push.add_argument("--evaluation", type=Path, required=True, help="evaluation artifact of that ranker")
    push.add_argument("--output", type=Path, required=True, help="push artifact to write")
    push.add_argument("--store", type=Path, help="YAML of the feature store, where users' vectors must be first")
    actions.add_parser("list", parents=[common], help="show versions and labels")
    back = actions.add_parser("rollback", parents=[common], help="move the label 'stable' to an older version")
    back.add_argument("--version", type=int, help="where to; by default the newest one older than the stable one")
    return exit_code_of(lambda: _run(parser.parse_args(arguments)))


def _run(options: argparse.Namespace) -> None:
    path = options.config
    settings = read_settings_section(PushSettings, path, "push") if path else PushSettings()
    if options.action == "push":
        if options.store is not None:
            store = parse_settings(FeatureStoreSettings, read_yaml(options.store), str(options.store))
            settings = settings.model_copy(update={"feature_store": store})
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
        _print_versions(options.base)
    else:
        print(f"stable is now {roll_back(options.base, options.version, settings)}")


def _print_versions(base: Path) -> None:
    """One line a version: loaded or not, and its labels."""
    served = read_served_versions(base)
    for version in versions_on_disk(base):
        labels = [label for label, target in served.labels.items() if target == version]
        state = "served" if version in served.versions else "not served"
        print(f"{version}  {state}  {' '.join(labels)}".rstrip())


if __name__ == "__main__":
    raise SystemExit(main())
