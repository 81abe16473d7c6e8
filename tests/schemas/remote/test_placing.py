"""A folder that is written once is seen whole or not at all, and never changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ContractError
from schemas.remote.checksums import crc32c_of_bytes
from schemas.remote.listing import remote_names
from schemas.remote.placing import place_folder, remove_folder
from tests.storage_emulator import CUT, StorageEmulator

TARGET, LAST = "gs://shop/models/7", "saved_model.pb"


@pytest.fixture
def shop(storage_emulator: StorageEmulator) -> StorageEmulator:
    """An emulator with a bucket and a neighbour of the folder."""
    storage_emulator.put("gs://shop/models/70/saved_model.pb", b"another version")
    return storage_emulator


def _folder(path: Path, content: bytes = b"weights") -> Path:
    (path / "variables").mkdir(parents=True)
    (path / LAST).write_bytes(b"graph")
    (path / "variables" / "index").write_bytes(content)
    (path / "variables" / "data").write_bytes(content * 2)
    return path


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_last_file_arrives_when_all_others_are_there_and_replaces_nothing(
    shop: StorageEmulator, tmp_path: Path
) -> None:
    folder, seen = _folder(tmp_path / "model"), []
    shop.fault = lambda method, _: seen.append(set(shop.objects(TARGET))) if method == "POST" else None
    assert place_folder(folder, TARGET, LAST)
    assert shop.objects(TARGET) == _bytes(folder)
    assert seen[-1] == {"variables/index", "variables/data"}
    uploads = [line for line in shop.requests if line.startswith("POST /upload")][1:]
    assert len(uploads) == 3
    assert all("ifGenerationMatch=0" in line for line in uploads)


def test_the_same_bytes_again_change_nothing_and_other_bytes_are_refused(shop: StorageEmulator, tmp_path: Path) -> None:
    place_folder(_folder(tmp_path / "model"), TARGET, LAST)
    before, asked = shop.objects(TARGET), len(shop.requests)
    assert not place_folder(_folder(tmp_path / "same"), TARGET, LAST)
    with pytest.raises(ContractError, match=rf"{TARGET}: exists with other bytes \(variables/data\)"):
        place_folder(_folder(tmp_path / "other", b"other"), TARGET, LAST)
    assert shop.objects(TARGET) == before
    assert all(line.startswith("GET") for line in shop.requests[asked:])


def test_what_an_interrupted_upload_left_behind_is_completed(shop: StorageEmulator, tmp_path: Path) -> None:
    shop.put(f"{TARGET}/variables/index", b"weights")
    shop.put(f"{TARGET}/variables/data", b"of another attempt")
    shop.put(f"{TARGET}/variables/more", b"of another attempt")
    asked = len(shop.requests)
    assert place_folder(_folder(tmp_path / "model"), TARGET, LAST)
    assert shop.objects(TARGET) == _bytes(tmp_path / "model")
    assert sum(line.startswith("POST /upload") for line in shop.requests[asked:]) == 2


def test_a_connection_that_breaks_for_good_leaves_the_folder_unseen(shop: StorageEmulator, tmp_path: Path) -> None:
    folder, sent = _folder(tmp_path / "model"), []

    def cut_after_the_first(method: str, path: str) -> int | None:
        sent.extend([path] if method == "POST" else [])
        return CUT if len(sent) > 1 else None

    shop.fault = cut_after_the_first
    with pytest.raises(ContractError, match=f"{TARGET}/variables/.* run again later"):
        place_folder(folder, TARGET, LAST)
    assert len(shop.objects(TARGET)) == 1
    assert LAST not in shop.objects(TARGET)
    shop.fault = lambda _method, _path: None
    assert place_folder(folder, TARGET, LAST)
    assert shop.objects(TARGET) == _bytes(folder)


def test_a_second_writer_of_other_bytes_is_refused(shop: StorageEmulator, tmp_path: Path) -> None:
    """It finds nothing when it begins; the first writer's file is there when its own arrives."""
    other = False

    def another_writer(method: str, _path: str) -> None:
        nonlocal other
        if method == "POST" and not other:
            other = True
            _store(shop, "models/7/variables/data", b"of another writer")

    shop.fault = another_writer
    with pytest.raises(ContractError, match="another writer put other bytes there meanwhile"):
        place_folder(_folder(tmp_path / "model"), TARGET, LAST)
    assert LAST not in shop.objects(TARGET)


def _store(shop: StorageEmulator, name: str, content: bytes) -> None:
    """Stores an object while the emulator, which answers one request at a time, is busy with another."""
    facts = {"name": name, "bucket": "shop", "generation": "17", "size": str(len(content))}
    shop.store.create_file("shop", name, content, {**facts, "crc32c": crc32c_of_bytes(content)})


def test_a_removed_folder_disappears_from_readers_first(shop: StorageEmulator, tmp_path: Path) -> None:
    place_folder(_folder(tmp_path / "model"), TARGET, LAST)
    seen: list[set[str]] = []
    shop.fault = lambda method, _: seen.append(set(shop.objects(TARGET))) if method == "DELETE" else None
    remove_folder(TARGET, LAST)
    assert LAST in seen[0]
    assert all(LAST not in names for names in seen[1:])
    assert not shop.objects(TARGET)
    assert remote_names("gs://shop/models") == ["70/saved_model.pb"]
    remove_folder(TARGET, LAST)
