"""Finds the splits of the official MIND layout: folders that hold behaviors.tsv and news.tsv."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from schemas.errors import ContractError

BEHAVIORS, NEWS = "behaviors.tsv", "news.tsv"
LABELLED = ("train", "dev")
"""Splits whose impressions say what was clicked, oldest first."""
FOLDER_NAME = re.compile(r"(?:MIND[A-Za-z]*_)?(train|dev|test)")
REMEDY = (
    "give --input a folder that holds train/ and dev/ (or MINDsmall_train/ and MINDsmall_dev/), each with "
    f"{BEHAVIORS} and {NEWS}, or one such split; see msnews.github.io"
)


@dataclasses.dataclass(frozen=True)
class Split:
    """One folder of the official layout.

    Attributes:
        name: train, dev or test.
        folder: Holds behaviors.tsv and news.tsv.
    """

    name: str
    folder: Path

    @property
    def behaviors(self) -> Path:
        """The file of impressions."""
        return self.folder / BEHAVIORS

    @property
    def news(self) -> Path:
        """The file of news."""
        return self.folder / NEWS


@dataclasses.dataclass(frozen=True)
class Splits:
    """What an official folder holds.

    Attributes:
        labelled: train and dev, as far as they are there; at least one.
        test: The split without labels, where it is there.
    """

    labelled: tuple[Split, ...]
    test: Split | None


def is_official_folder(folder: Path) -> bool:
    """Whether the folder looks like MIND: it is a split, or holds one."""
    return (folder / BEHAVIORS).is_file() or any((found / BEHAVIORS).is_file() for found in _split_folders(folder))


def find_splits(folder: Path) -> Splits:
    """The splits of an official folder.

    Args:
        folder: Holds train/, dev/ and possibly test/ (or MIND*_train/, ...), or is a split itself; a split whose
            folder has another name counts as train.

    Returns:
        The splits; the files that are read are there (of test, behaviors.tsv).

    Raises:
        ContractError: There is no labelled split, two folders are the same split, or a file is missing.
    """
    if (folder / BEHAVIORS).is_file() or (folder / NEWS).is_file():
        named = FOLDER_NAME.fullmatch(folder.resolve().name)
        found = {named.group(1) if named else "train": folder}
    else:
        found = _found_by_name(folder)
    if not set(LABELLED) & set(found):
        held = "only a test split, whose impressions have no labels" if "test" in found else "no train/ or dev/"
        raise ContractError(f"{folder}: holds {held}; {REMEDY}")
    labelled = tuple(Split(name, found[name]) for name in LABELLED if name in found)
    test = Split("test", found["test"]) if "test" in found else None
    needed = [path for split in labelled for path in (split.behaviors, split.news)]
    for path in needed if test is None else [*needed, test.behaviors]:
        if not path.is_file():
            raise ContractError(f"{path}: not found; {REMEDY}")
    return Splits(labelled, test)


def _found_by_name(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _split_folders(folder):
        named = FOLDER_NAME.fullmatch(path.name)
        name = named.group(1) if named else path.name
        if name in found:
            raise ContractError(
                f"{folder}: {found[name].name} and {path.name} are both the {name} split; keep those of one size only"
            )
        found[name] = path
    return found


def _split_folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_dir() and FOLDER_NAME.fullmatch(path.name))
