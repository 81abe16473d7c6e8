"""A push changes nothing the second time, refuses other bytes, and never takes away what a label points at."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import pytest

from components.push_ranker.labels import promote, roll_back
from components.push_ranker.model_config import change_served_versions, read_served_versions
from components.push_ranker.push import push_version
from components.push_ranker.served_versions import ServedVersions
from components.push_ranker.serving_base import open_base
from components.push_ranker.settings import PushSettings
from components.push_ranker.version_folder import versions_on_disk
from schemas.errors import ContractError
from schemas.remote import retrying
from tests.components.push_ranker.served_folder import snapshot, write_model
from tests.storage_emulator import CUT, StorageEmulator

SETTINGS = PushSettings(keep_versions=3, poll_seconds=0)
ACTIONS = ("stable", "canary", "back")
Files = Callable[[], dict[str, bytes]]


def push(root: Path, base: str | Path, version: int, content: str | None = None, **settings: object) -> bool:
    model = root / "models" / f"{version} {content}"
    if not model.exists():
        write_model(model, content or f"model {version}")
    return push_version(
        model, base, version, PushSettings.model_validate({"keep_versions": 3, "poll_seconds": 0, **settings})
    )


def test_a_push_is_served_as_stable(tmp_path: Path, base: str, files: Files) -> None:
    assert push(tmp_path, base, 202603090000)
    assert read_served_versions(base) == ServedVersions((202603090000,), {"stable": 202603090000})
    assert files().keys() == {
        "models.config",
        "202603090000/saved_model.pb",
        "202603090000/variables/variables.index",
    }
    assert files()["202603090000/saved_model.pb"] == b"model 202603090000"
    assert f'base_path: "{base}"'.encode() in files()["models.config"]


def test_the_same_push_again_changes_nothing(
    tmp_path: Path, base: str, files: Files, request: pytest.FixtureRequest
) -> None:
    push(tmp_path, base, 1)
    push(tmp_path, base, 2)
    before = files()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "base").rglob("*")}
    requests = request.getfixturevalue("storage_emulator").requests if base.startswith("gs://") else []
    asked = len(requests)
    assert not push(tmp_path, base, 1)
    assert not push(tmp_path, base, 2)
    assert files() == before
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "base").rglob("*")} == times
    assert all(line.startswith("GET") for line in requests[asked:])


def test_other_bytes_under_the_same_version_are_refused(tmp_path: Path, base: str, files: Files) -> None:
    push(tmp_path, base, 1)
    before = files()
    with pytest.raises(ContractError, match=r"/1: .*exists with other bytes \(saved_model.pb\)"):
        push(tmp_path, base, 1, "changed")
    more = write_model(tmp_path / "more", "model 1")
    (more / "assets.extra").mkdir()
    (more / "assets.extra" / "warmup").write_text("request", encoding="utf-8")
    with pytest.raises(ContractError, match=r"assets.extra/warmup"):
        push_version(more, base, 1, SETTINGS)
    assert files() == before


def test_other_bytes_of_the_same_size_and_time_are_still_other_bytes(tmp_path: Path) -> None:
    base = tmp_path / "base"
    push(tmp_path, base, 1, "one")
    model = write_model(tmp_path / "two", "two")
    for served in (base / "1").rglob("*"):
        stamp = (served.stat().st_atime_ns, served.stat().st_mtime_ns)
        os.utime(model / served.relative_to(base / "1"), ns=stamp)
    with pytest.raises(ContractError, match="other bytes"):
        push_version(model, base, 1, SETTINGS)


def test_no_saved_model_is_refused(tmp_path: Path, base: str, files: Files) -> None:
    with pytest.raises(ContractError, match=r"no saved_model.pb"):
        push_version(tmp_path / "nothing", base, 1, SETTINGS)
    assert not files()
    assert not (tmp_path / "base").exists()


def test_the_pointer_moves_when_the_version_is_whole_and_before_old_ones_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whenever models.config is replaced, every version that it will list lies complete on disk."""
    base, replace, listed = tmp_path / "base", os.replace, []

    def watched(source: Path, target: Path) -> None:
        text = Path(source).read_text(encoding="utf-8")
        listed.append([version for version in range(1, 6) if f"versions: {version}" in text])
        assert all((base / str(version) / "saved_model.pb").is_file() for version in listed[-1])
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    for version in (1, 2, 3, 4):
        push(tmp_path, base, version, keep_versions=2)
    assert [versions for versions, _ in itertools.groupby(listed)] == [
        [1],
        [1, 2],
        [1, 2, 3],
        [2, 3],
        [2, 3, 4],
        [3, 4],
    ]
    assert versions_on_disk(base) == [3, 4]


def test_labelled_versions_and_the_one_to_roll_back_to_are_kept_however_old(
    tmp_path: Path, base: str, files: Files
) -> None:
    for version in (1, 2, 3):
        push(tmp_path, base, version)
    assert promote(base, 1, "canary", SETTINGS) == 1
    for version in (4, 5, 6):
        push(tmp_path, base, version, keep_versions=1)
    assert read_served_versions(base) == ServedVersions((1, 5, 6), {"canary": 1, "stable": 6}, (5, 1))
    assert {name.partition("/")[0] for name in files()} == {"1", "5", "6", "models.config"}


@hypothesis.given(
    strategies.lists(strategies.tuples(strategies.integers(1, 6), strategies.sampled_from(ACTIONS)), max_size=10),
    strategies.integers(1, 3),
)
@hypothesis.settings(max_examples=15)
def test_after_any_pushes_and_rollbacks_labels_point_at_complete_versions(
    tmp_path_factory: pytest.TempPathFactory, actions: list[tuple[int, str]], keep: int
) -> None:
    root = tmp_path_factory.mktemp("pushes")
    base, pushed = root / "base", False
    for version, action in actions:
        before = read_served_versions(base)
        if action != "back":
            push(root, base, version, label=action, keep_versions=keep)
        elif before.stable_before:
            roll_back(str(base), None, SETTINGS)
        served = read_served_versions(base)
        assert list(served.versions) == versions_on_disk(base)
        assert {*served.labels.values(), *served.stable_before} <= set(served.versions)
        assert len(served.versions) <= keep + 3, "the newest, two labels and the version to roll back to"
        # No action moves the other label.
        unmoved = {"stable": "canary", "canary": "stable", "back": "canary"}[action]
        assert served.labels.get(unmoved) == before.labels.get(unmoved)
        pushed = pushed or action != "back"
    assert (base / "models.config").is_file() == pushed


def test_two_pushes_at_the_same_time_are_both_served(tmp_path: Path) -> None:
    """Each reads, changes and writes models.config; without the lock one of the two would be lost."""
    base = tmp_path / "base"
    pushes = [threading.Thread(target=push, args=(tmp_path, base, version)) for version in (1, 2, 3)]
    for thread in pushes:
        thread.start()
    for thread in pushes:
        thread.join()
    assert read_served_versions(base).versions == (1, 2, 3)


def test_of_two_remote_writers_the_second_to_write_is_refused(
    tmp_path: Path, storage_emulator: StorageEmulator
) -> None:
    """A bucket cannot be locked; what another writer put into models.config since it was read must not be lost."""
    base = "gs://shop/models"
    storage_emulator.put("gs://shop/readme", b"a shop")
    for version in (1, 2):
        push(tmp_path, base, version)

    def meanwhile(served: ServedVersions) -> ServedVersions:
        promote(base, 1, "canary", SETTINGS)
        return served.rolled_back(1)

    with pytest.raises(ContractError, match=r"gs://shop/models/models.config: another writer has changed it"):
        change_served_versions(open_base(base), meanwhile, SETTINGS)
    assert read_served_versions(base).labels == {"stable": 2, "canary": 1}


def test_a_remote_push_whose_connection_breaks_leaves_the_old_version(
    tmp_path: Path, storage_emulator: StorageEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrying, "GIVE_UP_AFTER", 0.3)
    base = "gs://shop/models"
    storage_emulator.put("gs://shop/readme", b"a shop")
    push(tmp_path, base, 1)
    storage_emulator.fault = lambda method, _path: CUT if method == "POST" else None
    with pytest.raises(ContractError, match=r"gs://shop/models/2/variables/variables.index: .* run again later"):
        push(tmp_path, base, 2)
    storage_emulator.fault = lambda _method, _path: None
    assert read_served_versions(base).labels == {"stable": 1}
    assert open_base(base).versions() == [1]
    assert push(tmp_path, base, 2)
    assert read_served_versions(base).labels == {"stable": 2}


def test_a_push_to_canary_leaves_stable_alone(tmp_path: Path, base: str) -> None:
    push(tmp_path, base, 1)
    push(tmp_path, base, 2, label="canary")
    assert read_served_versions(base) == ServedVersions((1, 2), {"stable": 1, "canary": 2})
    push(tmp_path, base, 3)
    assert read_served_versions(base).labels == {"stable": 3, "canary": 2}


def test_what_older_killed_pushes_left_is_removed(tmp_path: Path, base: str, files: Files) -> None:
    """Of another version than is pushed now: complete but never listed, or only begun."""
    push(tmp_path, base, 2)
    open_base(base).place(write_model(tmp_path / "never listed", "1"), 1)
    if base.startswith("gs://"):
        open_base(base).place(write_model(tmp_path / "begun", "0"), 0)
        from schemas.remote.listing import remote_listing
        from schemas.remote.removal import delete_files

        with remote_listing(f"{base}/0") as listing:
            delete_files([listing.files["saved_model.pb"]])
    else:
        write_model(Path(base) / ".0.abc.incomplete", "0")
        (Path(base) / ".models.config.abc.incomplete").touch()
    push(tmp_path, base, 3)
    assert {name.partition("/")[0] for name in files()} == {"2", "3", "models.config"}


def test_the_same_pushes_give_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    for name in ("one", "other"):
        for version in (1, 2):
            push(tmp_path, tmp_path / name, version, served_base_path="/models/ranker")
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "other")
