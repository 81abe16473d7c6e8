"""`python -m components.publish_embeddings publish | prune`: users' vectors into and out of the feature store."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from components.push_ranker.settings import PushSettings
from schemas.artifact_meta import FILE_NAME
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings, store_refusals
from schemas.instants import parse_instant
from schemas.remote.reading import local_logs
from schemas.settings import parse_settings, read_settings_section, read_yaml
from schemas.step_report import step_report

DEFAULT_STORE = Path("configs/feature_store/sqlite.yaml")


def main(words: list[str] | None = None) -> int:
    """Parses the command line (the process' own by default) and runs the action that it names."""
    parser = argparse.ArgumentParser(prog="python -m components.publish_embeddings", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    common = argparse.ArgumentParser(add_help=False)
    where = common.add_mutually_exclusive_group()
    where.add_argument("--store", type=Path, default=DEFAULT_STORE, help="YAML of the store (default: %(default)s)")
    where.add_argument("--config", type=Path, help="run YAML; the feature store of its section 'push' is used")
    publish = actions.add_parser("publish", parents=[common], help="publish one version, before its ranker is pushed")
    publish.add_argument("embeddings", help="root of the embeddings of embed_nodes; may be gs://...")
    publish.add_argument("--space", help="which space; the only one by default")
    publish.add_argument("--as-of", help="which version; the youngest by default")
    prune = actions.add_parser("prune", parents=[common], help="remove the spaces that no version of the ranker reads")
    prune.add_argument("--base", help="serving folder of push_ranker, may be gs://...; the spaces of its versions stay")
    prune.add_argument("--keep", nargs="*", default=[], help="further spaces that stay")
    options = parser.parse_args(words)
    return exit_code_of(lambda: _publish(options) if options.action == "publish" else _prune(options))


def read_store_settings(path: Path) -> FeatureStoreSettings:
    """Reads the YAML file of a feature store."""
    return parse_settings(FeatureStoreSettings, read_yaml(path), str(path))


def _settings(options: argparse.Namespace) -> FeatureStoreSettings:
    if options.config is None:
        return read_store_settings(options.store)
    found = read_settings_section(PushSettings, options.config, "push").feature_store
    if found is None:
        raise ContractError(f"{options.config}: names no feature store; set push.feature_store, or give --store")
    return found


def _publish(options: argparse.Namespace) -> None:
    settings = _settings(options)
    with local_logs(options.embeddings, lambda name: name.endswith(FILE_NAME)) as outline:
        store = EmbeddingStore(outline, options.space)
        instant = parse_instant(options.as_of) if options.as_of else store.youngest_instant()
    version = store.folder(instant).relative_to(outline).as_posix()
    # Not before: its libraries take seconds to load.
    from components.publish_embeddings.publish import publish_users

    with (
        local_logs(options.embeddings, lambda name: name.startswith(f"{version}/")) as root,
        store_refusals(settings),
        step_report("publish") as report,
    ):
        published, reason = publish_users(EmbeddingStore(root, store.space), instant, settings, report)
    print(f"publish: {'published' if published else 'not published'}: {reason}")


def _prune(options: argparse.Namespace) -> None:
    settings = _settings(options)
    from components.publish_embeddings.prune import loaded_spaces, prune_spaces

    keep = {*options.keep, *(loaded_spaces(options.base) if options.base else ())}
    with store_refusals(settings):
        removed = prune_spaces(settings, keep)
    print(f"removed the vectors of {len(removed)} spaces{': ' if removed else ''}{', '.join(removed)}")


if __name__ == "__main__":
    raise SystemExit(main())
