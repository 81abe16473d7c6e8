"""Remote log folders and artifacts as local ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.remote.reading import local_artifact, local_logs
from tests.storage_emulator import StorageEmulator

LOGS = "gs://shop/logs"
ROWS = b'{"user_id": "user00"}\n'


def _everything(_path: str) -> bool:
    return True


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _artifact(folder: Path, kind: str = "graph") -> Path:
    (folder / "nodes").mkdir(parents=True)
    (folder / "nodes" / "user.parquet").write_bytes(b"users")
    write_meta(folder, ArtifactMeta(kind=kind, as_of="2026-03-09T00:00:00Z", largest_event_time=None))
    return folder


def test_a_local_folder_is_given_as_it_is(tmp_path: Path) -> None:
    with local_logs(str(tmp_path), lambda _: False) as logs, local_artifact(str(tmp_path), "graph") as artifact:
        assert logs == artifact == tmp_path


def test_only_needed_files_are_downloaded_and_the_other_folders_are_there_empty(
    storage_emulator: StorageEmulator,
) -> None:
    stored = {
        "orders/day=2026-03-01/part-0.ndjson": ROWS,
        "orders/day=2026-03-02/part-0.ndjson": ROWS * 7,
        "orders/day=2026-03-02/part ä %.ndjson.gz": gzip.compress(ROWS),
        "orders/day=2026-03-02/empty.ndjson": b"",
        "articles/part-0.parquet": bytes(range(256)) * 1000,
    }
    for name, content in stored.items():
        storage_emulator.put(f"{LOGS}/{name}", content)
    skipped = "orders/day=2026-03-01/part-0.ndjson"
    with local_logs(LOGS, lambda name: name != skipped) as logs:
        needed = {name: content for name, content in stored.items() if name != skipped}
        assert _files(logs) == needed
        assert sorted(path.name for path in logs.glob("orders/day=*")) == ["day=2026-03-01", "day=2026-03-02"]
        assert storage_emulator.downloads() == {f"logs/{name}" for name in needed}
    assert not logs.exists()


def test_a_file_stored_compressed_is_read_as_its_name_says(storage_emulator: StorageEmulator) -> None:
    for name in ("part-0.ndjson", "part-1.ndjson.gz"):
        storage_emulator.put(f"{LOGS}/orders/{name}", gzip.compress(ROWS), content_encoding="gzip")
    with local_logs(LOGS, _everything) as logs:
        assert (logs / "orders" / "part-0.ndjson").read_bytes() == ROWS
        assert gzip.decompress((logs / "orders" / "part-1.ndjson.gz").read_bytes()) == ROWS


def test_a_refusal_of_the_block_names_the_remote_folder(storage_emulator: StorageEmulator) -> None:
    storage_emulator.put(f"{LOGS}/orders/part-0.ndjson", ROWS)
    with pytest.raises(ContractError) as refusal, local_logs(LOGS, _everything) as logs:
        raise ContractError(f"{logs / 'orders' / 'part-0.ndjson'}: bad rows; correct {logs}")
    assert str(refusal.value) == f"{LOGS}/orders/part-0.ndjson: bad rows; correct {LOGS}"


def test_a_passing_failure_of_the_service_is_retried(storage_emulator: StorageEmulator) -> None:
    storage_emulator.put(f"{LOGS}/orders/part-0.ndjson", ROWS)
    failures = [503]
    storage_emulator.fault = lambda _, path: failures.pop() if path.startswith("/download/") and failures else None
    with local_logs(LOGS, _everything) as logs:
        assert (logs / "orders" / "part-0.ndjson").read_bytes() == ROWS
    assert not failures


def test_a_file_that_arrives_damaged_is_refused(storage_emulator: StorageEmulator) -> None:
    storage_emulator.put(f"{LOGS}/orders/part-0.ndjson", ROWS)
    storage_emulator.store._store.write_bytes("shop/logs/orders/part-0.ndjson", ROWS.upper())
    with (
        pytest.raises(ContractError, match=f"{LOGS}/orders/part-0.ndjson: arrived with another checksum"),
        local_logs(LOGS, _everything),
    ):
        pass


def test_a_file_that_is_replaced_after_the_listing_is_refused(storage_emulator: StorageEmulator) -> None:
    """The emulator has no generations: it plays the service, which no longer has the one that was listed."""
    storage_emulator.put(f"{LOGS}/orders/part-0.ndjson", ROWS)
    generation = storage_emulator.store.get_file_obj("shop", "logs/orders/part-0.ndjson")["generation"]
    storage_emulator.fault = lambda _, path: 404 if f"generation={generation}" in path else None
    with (
        pytest.raises(ContractError, match=f"{LOGS}/orders/part-0.ndjson: .* replaced while it was read"),
        local_logs(LOGS, _everything),
    ):
        pass


def test_a_disk_that_is_too_small_is_told_before_the_download(
    storage_emulator: StorageEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage_emulator.put(f"{LOGS}/orders/part-0.ndjson", ROWS)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": len(ROWS) - 1}))
    with pytest.raises(ContractError, match=f"{len(ROWS)} bytes to download.*TMPDIR"), local_logs(LOGS, _everything):
        pass
    assert not storage_emulator.downloads()


def test_an_artifact_is_downloaded_whole(storage_emulator: StorageEmulator, tmp_path: Path) -> None:
    storage_emulator.upload(_artifact(tmp_path / "graph"), "gs://shop/graph")
    with local_artifact("gs://shop/graph", "graph") as graph:
        assert _files(graph) == _files(tmp_path / "graph")


def test_an_artifact_without_meta_json_or_of_another_kind_is_refused_before_the_rest_is_downloaded(
    storage_emulator: StorageEmulator, tmp_path: Path
) -> None:
    storage_emulator.upload(_artifact(tmp_path / "graph"), "gs://shop/graph")
    wrong = pytest.raises(ContractError, match=r"gs://shop/graph/meta.json: this is a 'graph' artifact")
    with wrong, local_artifact("gs://shop/graph", "validated_logs"):
        pass
    assert storage_emulator.downloads() == {"graph/meta.json"}

    (tmp_path / "graph" / "meta.json").unlink()
    storage_emulator.upload(tmp_path / "graph", "gs://shop/incomplete")
    incomplete = pytest.raises(ContractError, match=r"gs://shop/incomplete/meta.json: not found; .* not a complete")
    with incomplete, local_artifact("gs://shop/incomplete", "graph"):
        pass
    assert storage_emulator.downloads() == {"graph/meta.json"}
    assert json.loads(storage_emulator.objects("gs://shop/graph")["meta.json"])["kind"] == "graph"
