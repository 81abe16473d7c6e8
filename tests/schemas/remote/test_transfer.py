"""What arrives is what was sent, whatever happens to the connection on the way; and nothing is overwritten unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from google.cloud import storage

from schemas.errors import ContractError
from schemas.remote.listing import remote_listing
from schemas.remote.transfer import PIECE, download_files, upload_files
from tests.storage_emulator import CUT, LOST, StorageEmulator

SMALL, LARGE = b"rows" * 1000, bytes(range(256)) * (PIECE // 256 * 2 + 5)


@pytest.fixture
def bucket(storage_emulator: StorageEmulator) -> Iterator[storage.Bucket]:
    """A bucket with one object in it."""
    storage_emulator.put("gs://shop/logs/readme", b"a shop")
    client = storage.Client()
    yield client.bucket("shop")
    client.close()


def _files(folder: Path, **contents: bytes) -> dict[str, Path]:
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in contents}


def _times(fault: int, matching: str, times: int, storage_emulator: StorageEmulator) -> list[str]:
    """Lets the first requests whose line holds `matching` fail; returns those that did."""
    failed: list[str] = []

    def fail(method: str, path: str) -> int | None:
        if matching not in f"{method} {path}" or len(failed) == times:
            return None
        failed.append(path)
        return fault

    storage_emulator.fault = fail
    return failed


@pytest.mark.parametrize(
    ("fault", "content"),
    # A piece whose answer is lost is sent again: the service passes over what it has, the emulator refuses it.
    [(CUT, SMALL), (CUT, LARGE), (503, SMALL), (503, LARGE), (LOST, SMALL)],
    ids=["cut", "cut in pieces", "failing", "failing in pieces", "answer lost"],
)
def test_an_upload_survives_a_broken_connection(
    storage_emulator: StorageEmulator, bucket: storage.Bucket, tmp_path: Path, fault: int, content: bytes
) -> None:
    """In the middle of its bytes, or after them, where the object may be there already and the answer is lost."""
    failed = _times(fault, "PUT /upload" if content is LARGE else "POST /upload", 2, storage_emulator)
    upload_files(bucket, "new/", _files(tmp_path, first=content, second=b"2"), {})
    assert len(failed) == 2
    assert storage_emulator.objects("gs://shop/new") == {"first": content, "second": b"2"}


def test_an_upload_whose_connection_never_holds_is_refused_and_nothing_is_there(
    storage_emulator: StorageEmulator, bucket: storage.Bucket, tmp_path: Path
) -> None:
    failed = _times(CUT, "/upload", 1000, storage_emulator)
    with pytest.raises(ContractError, match=r"gs://shop/new/first: .* did not serve it .*; run again later"):
        upload_files(bucket, "new/", _files(tmp_path, first=SMALL), {})
    assert len(failed) > 2
    assert not storage_emulator.objects("gs://shop/new")


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["small", "large"])
def test_a_download_survives_a_broken_connection(
    storage_emulator: StorageEmulator, tmp_path: Path, content: bytes
) -> None:
    storage_emulator.put("gs://shop/new/first", content)
    failed = _times(CUT, "GET /download", 2, storage_emulator)
    with remote_listing("gs://shop/new") as listing:
        download_files(listing, tmp_path)
    assert len(failed) == 2
    assert (tmp_path / "first").read_bytes() == content


@pytest.mark.parametrize("content", [SMALL, LARGE], ids=["whole", "in pieces"])
def test_every_upload_names_the_generation_that_it_replaces(
    storage_emulator: StorageEmulator, bucket: storage.Bucket, tmp_path: Path, content: bytes
) -> None:
    """0 stands for none; the emulator alone would overwrite anything."""
    with remote_listing("gs://shop/logs") as listing:
        upload_files(bucket, "logs/", _files(tmp_path, readme=content, more=b"1"), listing.files)
        generation = listing.files["readme"].generation
    started = [line for line in storage_emulator.requests if line.startswith("POST /upload") and "Match" in line]
    assert sum(f"ifGenerationMatch={generation}" in line for line in started) == 1
    assert sum(line.endswith("ifGenerationMatch=0") for line in started) == 1
    assert storage_emulator.objects("gs://shop/logs") == {"readme": content, "more": b"1"}


def test_what_another_writer_put_there_is_not_overwritten(
    storage_emulator: StorageEmulator, bucket: storage.Bucket, tmp_path: Path
) -> None:
    with pytest.raises(ContractError, match=r"gs://shop/logs/readme: another writer put other bytes there"):
        upload_files(bucket, "logs/", _files(tmp_path, readme=b"mine"), {})
    assert storage_emulator.objects("gs://shop/logs") == {"readme": b"a shop"}
    upload_files(bucket, "logs/", _files(tmp_path, readme=b"a shop"), {})


def test_a_file_that_changes_while_it_is_uploaded_is_refused_and_removed(
    storage_emulator: StorageEmulator, bucket: storage.Bucket, tmp_path: Path
) -> None:
    files = _files(tmp_path, first=SMALL)

    def change(method: str, _path: str) -> None:
        if method == "POST":
            files["first"].write_bytes(SMALL.upper())

    storage_emulator.fault = change
    with pytest.raises(ContractError, match=r"first was changed while it was uploaded"):
        upload_files(bucket, "new/", files, {})
    assert not storage_emulator.objects("gs://shop/new")
