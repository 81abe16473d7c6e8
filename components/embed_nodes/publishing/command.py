"""`python -m components.embed_nodes publish | prune`: users' vectors into and out of the feature store."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from schemas.artifact_meta import FILE_NAME
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings, store_refusals
from schemas.instants import parse_instant
from schemas.remote.reading import local_logs
from schemas.settings import parse_settings, read_yaml
from schemas.step_report import step_report

DEFAULT_STORE = Path("configs/feature_store/sqlite.yaml")


def main(words: list[str]) -> int:
    """Parses the words after the module's name and runs the action that the first one names."""
    parser = argparse.ArgumentParser(prog="python -m components.embed_nodes", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--store", type=Path, default=DEFAULT_STORE, help=f"YAML of the store (default {DEFAULT_STORE})"
    )
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


def _publish(options: argparse.Namespace) -> None:
    settings = read_store_settings(options.store)
    with local_logs(options.embeddings, lambda name: name.endswith(FILE_NAME)) as outline:
        store = EmbeddingStore(outline, options.space)
        instants = store.instants()
    if not instants:
        raise ContractError(f"{options.embeddings}: no embeddings of space {store.space}; embed with embed_nodes first")
    instant = parse_instant(options.as_of) if options.as_of else instants[-1]
    version = store.folder(instant).relative_to(outline).as_posix()
    # Not before: its libraries take seconds to load.
    from components.embed_nodes.publishing.publish import publish_users

    with (
        local_logs(options.embeddings, lambda name: name.startswith(f"{version}/")) as root,
        store_refusals(settings),
        step_report("publish") as report,
    ):
        publish_users(EmbeddingStore(root, store.space), instant, settings, report)


def _prune(options: argparse.Namespace) -> None:
    settings = read_store_settings(options.store)
    from components.embed_nodes.publishing.prune import loaded_spaces, prune_spaces

    keep = {*options.keep, *(loaded_spaces(options.base) if options.base else ())}
    with store_refusals(settings):
        removed = prune_spaces(settings, keep)
    print(f"removed the vectors of {len(removed)} spaces{': ' if removed else ''}{', '.join(removed)}")
