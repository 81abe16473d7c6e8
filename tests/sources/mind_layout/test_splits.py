"""The official folder is found by its own names and by plain ones; what is missing or double is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ContractError
from sources.mind_layout.splits import find_splits, is_official_folder


def _split(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("behaviors.tsv", "news.tsv"):
        (folder / name).touch()
    return folder


@pytest.mark.parametrize("names", [("train", "dev", "test"), ("MINDlarge_train", "MINDlarge_dev", "MINDlarge_test")])
def test_splits_are_found_by_name_oldest_first(tmp_path: Path, names: tuple[str, ...]) -> None:
    folders = [_split(tmp_path / name) for name in names]
    (tmp_path / "notes").mkdir()
    found = find_splits(tmp_path)
    assert [(split.name, split.folder) for split in found.labelled] == [("train", folders[0]), ("dev", folders[1])]
    assert found.test is not None
    assert found.test.folder == folders[2]
    assert is_official_folder(tmp_path)


@pytest.mark.parametrize(("name", "expected"), [("MINDsmall_dev", "dev"), ("train", "train"), ("download", "train")])
def test_one_split_alone_is_official(tmp_path: Path, name: str, expected: str) -> None:
    folder = _split(tmp_path / name)
    assert [split.name for split in find_splits(folder).labelled] == [expected]
    assert is_official_folder(folder)


def test_other_folders_are_not_official(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "behaviors.parquet").touch()
    assert not is_official_folder(tmp_path)
    assert not is_official_folder(tmp_path / "missing")


def test_a_test_split_alone_is_refused(tmp_path: Path) -> None:
    _split(tmp_path / "MINDlarge_test")
    for folder in (tmp_path, tmp_path / "MINDlarge_test"):
        with pytest.raises(ContractError, match=f"{folder}: holds only a test split, whose impressions have no labels"):
            find_splits(folder)


def test_two_sizes_of_one_split_are_refused(tmp_path: Path) -> None:
    _split(tmp_path / "MINDsmall_train")
    _split(tmp_path / "MINDlarge_train")
    with pytest.raises(ContractError, match="MINDlarge_train and MINDsmall_train are both the train split"):
        find_splits(tmp_path)


@pytest.mark.parametrize("missing", ["train/behaviors.tsv", "train/news.tsv", "dev/news.tsv", "test/behaviors.tsv"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in ("train", "dev", "test"):
        _split(tmp_path / name)
    (tmp_path / missing).unlink()
    with pytest.raises(ContractError, match=f"{missing}: not found; give --input a folder that holds"):
        find_splits(tmp_path)


def test_no_split_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ContractError, match=f"{folder}: holds no train/ or dev/; give --input"):
            find_splits(folder)
