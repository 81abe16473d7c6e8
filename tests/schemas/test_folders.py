"""A folder appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.folders import whole_folder


def test_the_folder_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "deeper" / "artifact"
    with whole_folder(target) as folder:
        (folder / "file").write_text("new")
        assert not target.exists()
    assert (target / "file").read_text() == "new"
    assert [path.name for path in target.parent.iterdir()] == ["artifact"]


def fail_after(target: Path, name: str) -> None:
    """Writes one file, then fails."""
    with whole_folder(target) as folder:
        (folder / name).write_text("half")
        raise RuntimeError


def test_an_error_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        fail_after(tmp_path / "artifact", "file")
    assert list(tmp_path.iterdir()) == []


def test_an_old_folder_is_replaced_whole_or_kept_whole(tmp_path: Path) -> None:
    target = tmp_path / "artifact"
    target.mkdir()
    (target / "old").write_text("old")
    with pytest.raises(RuntimeError):
        fail_after(target, "new")
    assert [path.name for path in target.iterdir()] == ["old"]
    with whole_folder(target) as folder:
        (folder / "new").write_text("new")
    assert [path.name for path in target.iterdir()] == ["new"]
