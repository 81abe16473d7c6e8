"""A push happens whole or not at all, changes nothing the second time, and never breaks what a label points at."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import hypothesis
import hypothesis.strategies as strategies
import pytest

from components.push_ranker.model_config import ServedVersions, read_served_versions, write_served_versions
from components.push_ranker.push import push_version, roll_back
from components.push_ranker.settings import PushSettings
from components.push_ranker.version_folder import versions_on_disk
from schemas.errors import ContractError
from tests.components.push_ranker.served_folder import snapshot, write_model

SETTINGS = PushSettings(keep_versions=3)


def push(root: Path, version: int, content: str | None = None, settings: PushSettings = SETTINGS) -> bool:
    model = root / "models" / f"{version} {content}"
    if not model.exists():
        write_model(model, content or f"model {version}")
    return push_version(model, root / "base", version, settings)


def test_a_push_is_served_as_stable(tmp_path: Path) -> None:
    assert push(tmp_path, 202603090000)
    base = tmp_path / "base"
    assert read_served_versions(base) == ServedVersions((202603090000,), {"stable": 202603090000})
    assert (base / "202603090000" / "saved_model.pb").read_text(encoding="utf-8") == "model 202603090000"
    assert (base / "202603090000" / "variables" / "variables.index").is_file()


def test_the_same_push_again_changes_nothing(tmp_path: Path) -> None:
    push(tmp_path, 1)
    push(tmp_path, 2)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "base").rglob("*")}
    assert not push(tmp_path, 1)
    assert not push(tmp_path, 2)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "base").rglob("*")} == times


def test_other_bytes_under_the_same_version_are_refused(tmp_path: Path) -> None:
    push(tmp_path, 1)
    before = snapshot(tmp_path / "base")
    with pytest.raises(ContractError, match=r"version 1 exists with other bytes \(saved_model.pb\)"):
        push(tmp_path, 1, "changed")
    assert snapshot(tmp_path / "base") == before


def test_a_file_more_or_less_is_other_bytes_too(tmp_path: Path) -> None:
    push(tmp_path, 1)
    model = write_model(tmp_path / "more", "model 1")
    (model / "assets.extra").mkdir()
    (model / "assets.extra" / "warmup").write_text("request", encoding="utf-8")
    with pytest.raises(ContractError, match=r"assets.extra/warmup"):
        push_version(model, tmp_path / "base", 1, SETTINGS)


def test_other_bytes_of_the_same_size_and_time_are_still_other_bytes(tmp_path: Path) -> None:
    push(tmp_path, 1, "one")
    model = write_model(tmp_path / "two", "two")
    for served in (tmp_path / "base" / "1").rglob("*"):
        stamp = (served.stat().st_atime_ns, served.stat().st_mtime_ns)
        os.utime(model / served.relative_to(tmp_path / "base" / "1"), ns=stamp)
    with pytest.raises(ContractError, match="other bytes"):
        push_version(model, tmp_path / "base", 1, SETTINGS)


def test_no_saved_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=r"no saved_model.pb"):
        push_version(tmp_path / "nothing", tmp_path / "base", 1, SETTINGS)
    assert not (tmp_path / "base").exists()


class KilledError(BaseException):
    """Stands for a kill: no handler of the project catches it."""


@pytest.mark.parametrize("victim", ["copy", "rename", "pointer"])
def test_a_kill_in_the_middle_leaves_the_old_state_and_the_push_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, victim: str
) -> None:
    push(tmp_path, 1)
    base = tmp_path / "base"
    before = snapshot(base)

    def killed(*_arguments: Any, **_options: Any) -> None:
        raise KilledError

    def half_copied(source: Path, target: Path, **_options: Any) -> None:
        shutil.copy(source / "saved_model.pb", target / "saved_model.pb")
        raise KilledError

    with monkeypatch.context() as patch:
        if victim == "copy":
            patch.setattr(shutil, "copytree", half_copied)
        elif victim == "rename":
            patch.setattr(Path, "rename", killed)
        else:
            patch.setattr(os, "replace", killed)
        with pytest.raises(KilledError):
            push(tmp_path, 2)
    assert read_served_versions(base) == ServedVersions((1,), {"stable": 1})
    served = {name: content for name, content in snapshot(base).items() if not name.startswith("2/")}
    assert served == before
    if victim != "pointer":
        assert versions_on_disk(base) == [1]
    assert push(tmp_path, 2)
    assert read_served_versions(base) == ServedVersions((1, 2), {"stable": 2})


def test_the_pointer_moves_after_the_version_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever models.config is replaced, every version that it will list lies complete on disk."""
    replace = os.replace
    listed = []

    def watched(source: Path, target: Path) -> None:
        text = Path(source).read_text(encoding="utf-8")
        listed.append([version for version in versions_on_disk(tmp_path / "base") if f"versions: {version}" in text])
        assert all((tmp_path / "base" / str(version) / "saved_model.pb").is_file() for version in listed[-1])
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    for version in (1, 2, 3, 4):
        push(tmp_path, version)
    assert listed == [[1], [1, 2], [1, 2, 3], [2, 3, 4]]
    assert versions_on_disk(tmp_path / "base") == [2, 3, 4]


def test_a_labelled_version_is_kept_however_old(tmp_path: Path) -> None:
    push(tmp_path, 1)
    base = tmp_path / "base"
    write_served_versions(base, ServedVersions((1,), {"stable": 1, "canary": 1}), "ranker", str(base))
    for version in (2, 3, 4, 5):
        push(tmp_path, version)
    assert read_served_versions(base) == ServedVersions((1, 3, 4, 5), {"canary": 1, "stable": 5})
    assert versions_on_disk(base) == [1, 3, 4, 5]


@hypothesis.given(strategies.lists(strategies.integers(1, 6), min_size=1, max_size=10), strategies.integers(1, 3))
@hypothesis.settings(max_examples=30)
def test_after_any_pushes_labels_point_at_complete_versions(
    tmp_path_factory: pytest.TempPathFactory, versions: list[int], keep: int
) -> None:
    root = tmp_path_factory.mktemp("pushes")
    settings = PushSettings(keep_versions=keep)
    for version in versions:
        push(root, version, settings=settings)
        served = read_served_versions(root / "base")
        assert list(served.versions) == versions_on_disk(root / "base")
        assert set(served.labels.values()) <= set(served.versions)
        assert len(served.versions) <= keep + 1


def test_rollback_moves_the_label_and_nothing_else(tmp_path: Path) -> None:
    for version in (1, 2, 3):
        push(tmp_path, version)
    base = tmp_path / "base"
    assert roll_back(base, None, SETTINGS) == 2
    assert read_served_versions(base) == ServedVersions((1, 2, 3), {"stable": 2})
    assert roll_back(base, 1, SETTINGS) == 1
    with pytest.raises(ContractError, match="no older version to roll back to; stable is 1"):
        roll_back(base, None, SETTINGS)
    with pytest.raises(ContractError, match="no version 9"):
        roll_back(base, 9, SETTINGS)


def test_pushing_the_rolled_back_version_again_does_not_undo_the_rollback(tmp_path: Path) -> None:
    push(tmp_path, 1)
    push(tmp_path, 2)
    roll_back(tmp_path / "base", None, SETTINGS)
    assert not push(tmp_path, 2)
    assert read_served_versions(tmp_path / "base").labels == {"stable": 1}


def test_rollback_without_a_push_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="no older version"):
        roll_back(tmp_path, None, SETTINGS)
