"""A version on disk: <base>/<version>/, written whole or not at all and never changed afterwards."""

from __future__ import annotations

import filecmp
import shutil
from pathlib import Path

from schemas.errors import ContractError
from schemas.folders import whole_folder

MODEL_FILE = "saved_model.pb"
"""What TensorFlow Serving takes a folder for a model by."""


def require_model(saved_model: Path) -> None:
    """Refuses a folder that holds no model.

    Raises:
        ContractError: It has no saved_model.pb.
    """
    if not (saved_model / MODEL_FILE).is_file():
        raise ContractError(f"{saved_model}: no {MODEL_FILE}; train the ranker anew")


def versions_on_disk(base: Path) -> list[int]:
    """Versions that lie complete under the base folder, ascending."""
    return sorted(int(path.name) for path in base.glob("*") if path.is_dir() and path.name.isdigit())


def place_version(saved_model: Path, base: Path, version: int) -> bool:
    """Copies a SavedModel to its version's folder by way of a temporary sibling.

    Args:
        saved_model: The exported model.
        base: The folder of the model's versions.
        version: Its version.

    Returns:
        False where the same bytes are already there.

    Raises:
        ContractError: There is no SavedModel, or other bytes lie under that version.
    """
    require_model(saved_model)
    target = base / str(version)
    if target.exists():
        different = first_difference(saved_model, target)
        if different is not None:
            raise ContractError(
                f"{target}: version {version} exists with other bytes ({different}) than {saved_model}; a "
                "version never changes: push a later as_of or to another base folder, or remove that version by hand"
            )
        return False
    with whole_folder(target) as folder:
        shutil.copytree(saved_model, folder, dirs_exist_ok=True)
    return True


def first_difference(one: Path, other: Path) -> str | None:
    """The relative path of the first file that is not the same in both folders; None where all are."""
    names = sorted(_files(one) | _files(other))
    for name in names:
        left, right = one / name, other / name
        if not left.is_file() or not right.is_file() or not filecmp.cmp(left, right, shallow=False):
            return name
    return None


def _files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
