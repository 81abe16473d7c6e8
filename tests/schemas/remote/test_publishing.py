"""A remote artifact is there whole or not at all."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.remote.publishing import PUBLISHING, output_folder, publish_folder
from schemas.remote.reading import local_artifact
from tests.storage_emulator import StorageEmulator

GRAPH = "gs://shop/graphs/today"


def _artifact(folder: Path, files: int = 5, content: bytes = b"rows") -> Path:
    (folder / "nodes").mkdir(parents=True)
    for number in range(files):
        (folder / "nodes" / f"{number}.parquet").write_bytes(content)
    write_meta(folder, ArtifactMeta(kind="graph", as_of="2026-03-09T00:00:00Z", largest_event_time=None))
    return folder


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _write_and_refuse(folder: Path) -> None:
    _artifact(folder)
    raise ContractError(f"{folder}: no edge")


@pytest.fixture
def shop(storage_emulator: StorageEmulator) -> StorageEmulator:
    """An emulator with a bucket."""
    storage_emulator.put("gs://shop/readme", b"a shop")
    return storage_emulator


def test_an_artifact_is_published_with_meta_json_last(shop: StorageEmulator, tmp_path: Path) -> None:
    folder = _artifact(tmp_path / "graph")
    finished: list[set[str]] = []
    shop.fault = lambda method, _path: finished.append(set(shop.objects(GRAPH))) if method == "POST" else None
    publish_folder(folder, GRAPH)
    assert shop.objects(GRAPH) == _files(folder)
    assert finished[-1] == _files(folder).keys() - {"meta.json"} | {PUBLISHING}


def test_a_large_file_is_published_in_pieces_and_comes_back_the_same(shop: StorageEmulator, tmp_path: Path) -> None:
    folder = _artifact(tmp_path / "graph", files=1, content=bytes(range(256)) * 40_000)
    publish_folder(folder, GRAPH)
    assert any(request.startswith("PUT") and "uploadType=resumable" in request for request in shop.requests)
    with local_artifact(GRAPH, "graph") as graph:
        assert _files(graph) == _files(folder)


def test_a_kill_in_the_middle_leaves_nothing_that_a_reader_takes_for_an_artifact(
    shop: StorageEmulator, tmp_path: Path
) -> None:
    folder = _artifact(tmp_path / "graph")
    # Its predecessor is complete; the kill comes when two of its files have been replaced.
    publish_folder(_artifact(tmp_path / "before", content=b"old"), GRAPH)
    code = "import sys, pathlib; from schemas.remote.publishing import publish_folder as publish;"
    code += "sys.stdin.read(); publish(pathlib.Path(sys.argv[1]), sys.argv[2])"
    command = [sys.executable, "-c", code, str(folder), GRAPH]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as publisher:
        uploads: list[str] = []

        def kill_at_the_fourth_upload(method: str, path: str) -> int | None:
            uploads.extend([path] if method == "POST" else [])
            if len(uploads) < 4:
                return None
            publisher.kill()
            return 500

        shop.fault = kill_at_the_fourth_upload
        publisher.communicate(b"")
    assert publisher.returncode == -signal.SIGKILL
    shop.fault = lambda _method, _path: None
    assert b"rows" in shop.objects(GRAPH).values()
    refused = pytest.raises(ContractError, match=f"{GRAPH}/meta.json: not found; .* not a complete graph artifact")
    with refused, local_artifact(GRAPH, "graph"):
        pass
    publish_folder(folder, GRAPH)
    assert shop.objects(GRAPH) == _files(folder)


def test_an_artifact_that_is_replaced_leaves_no_file_behind(shop: StorageEmulator, tmp_path: Path) -> None:
    publish_folder(_artifact(tmp_path / "before", files=7), GRAPH)
    publish_folder(_artifact(tmp_path / "graph", files=2, content=b"new"), GRAPH)
    assert shop.objects(GRAPH) == _files(tmp_path / "graph")
    assert shop.objects("gs://shop")["readme"] == b"a shop"


def test_what_is_not_an_artifact_is_never_replaced(shop: StorageEmulator, tmp_path: Path) -> None:
    logs = {"orders/day=2026-03-02/part-0.ndjson": b"rows"}
    shop.put("gs://shop/logs/orders/day=2026-03-02/part-0.ndjson", b"rows")
    refusal = r"gs://shop/logs: holds 1 objects, such as orders/day=2026-03-02/part-0.ndjson, and no meta.json"
    with pytest.raises(ContractError, match=refusal):
        publish_folder(_artifact(tmp_path / "graph"), "gs://shop/logs")
    with pytest.raises(ContractError, match=refusal), output_folder("gs://shop/logs"):
        pytest.fail("told before the work, not after it")
    assert shop.objects("gs://shop/logs") == logs


def test_a_folder_without_meta_json_is_not_published(shop: StorageEmulator, tmp_path: Path) -> None:
    (_artifact(tmp_path / "graph") / "meta.json").unlink()
    with pytest.raises(ContractError, match="only a complete artifact can be published"):
        publish_folder(tmp_path / "graph", GRAPH)
    assert not shop.objects(GRAPH)


def test_an_output_is_published_when_its_block_ends_and_not_after_an_error(shop: StorageEmulator) -> None:
    with pytest.raises(ContractError) as refusal, output_folder(GRAPH) as output:
        _write_and_refuse(output)
    assert str(refusal.value) == f"{GRAPH}: no edge"
    assert not shop.objects(GRAPH)
    with output_folder(GRAPH) as output:
        assert not output.exists()
        expected = _files(_artifact(output))
    assert shop.objects(GRAPH) == expected
    assert not output.exists()


def test_a_local_output_is_given_as_it_is(tmp_path: Path) -> None:
    with output_folder(str(tmp_path / "graph")) as output:
        assert output == tmp_path / "graph"


def test_a_missing_bucket_is_told_before_the_work(storage_emulator: StorageEmulator) -> None:
    with (
        pytest.raises(ContractError, match=f"{GRAPH}: there is no such bucket .*{storage_emulator.url}"),
        output_folder(GRAPH),
    ):
        pytest.fail("told before the work, not after it")
