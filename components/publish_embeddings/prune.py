"""Removes the vectors of spaces that no loaded version of the ranker reads any more."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection
from pathlib import Path

from components.push_ranker.serving_base import open_base
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings, open_feature_store
from schemas.ranker_artifact import SERVED_RANKER
from schemas.user_vectors import registered_spaces


def prune_spaces(settings: FeatureStoreSettings, keep: Collection[str]) -> list[str]:
    """Removes every space but those to keep.

    A space is unmarked before its vectors go: after a kill it counts as absent, and the same call removes the rest.

    Args:
        settings: The feature store.
        keep: Spaces that stay, at least one.

    Returns:
        The spaces that were removed.

    Raises:
        ContractError: Nothing is to be kept.
    """
    if not keep:
        raise ContractError("prune: no space to keep was named; a feature store without any serves nobody")
    feature_store = open_feature_store(settings)
    removed = []
    for space, registered in sorted(registered_spaces(feature_store).items()):
        if space not in keep:
            unmarked = dataclasses.replace(registered, as_of=None).objects()
            feature_store.apply(unmarked)
            feature_store.apply([], objects_to_delete=unmarked[1:], partial=False)
            removed.append(space)
    return removed


def loaded_spaces(base: str | Path) -> set[str]:
    """The spaces of the ranker's versions that lie under the serving folder, each of which may be loaded.

    Args:
        base: The folder that push_ranker writes, local or gs://.

    Raises:
        ContractError: There is no version, or one does not say its space.
    """
    folder = open_base(base)
    versions = folder.versions()
    if not versions:
        raise ContractError(f"{base}: no version of the ranker here; give the folder that push_ranker writes")
    spaces = set()
    for version in versions:
        text = folder.read_file(version, SERVED_RANKER.as_posix())
        if text is None:
            raise ContractError(
                f"{base}/{version}/{SERVED_RANKER}: not found, so that the space of version {version} is unknown; "
                "name the spaces to keep with --keep"
            )
        spaces.add(str(json.loads(text)["space"]))
    return spaces
