"""A local run of remote logs reads a mirror of what it needs, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.configuration import RunConfiguration
from orchestration.log_source import find_logs
from schemas.errors import ContractError
from tests.storage_emulator import StorageEmulator

LOGS = "gs://shop/logs"
NEEDED = {
    "impressions/day=2026-03-02/part-0.parquet": b"first",
    "impressions/day=2026-03-05/part-0.parquet": b"test day",
    "orders/day=2025-01-01/part-0.parquet": b"orders",
    "truth/impressions/day=2026-03-05/part-0.parquet": b"truth",
}
OTHER = {
    "impressions/day=2026-03-01/part-0.parquet": b"before",
    "truth/impressions/day=2026-03-06/part-0.parquet": b"after",
}
CONFIGURATION = RunConfiguration(name="shop", as_of="2026-03-05", window_days=3, network_days=1, source="contract")


@pytest.fixture
def shop(storage_emulator: StorageEmulator) -> StorageEmulator:
    """An emulator that holds logs."""
    for name, content in {**NEEDED, **OTHER}.items():
        storage_emulator.put(f"{LOGS}/{name}", content)
    return storage_emulator


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_mirror_holds_the_days_of_the_run_and_is_made_once(shop: StorageEmulator, tmp_path: Path) -> None:
    found = find_logs(CONFIGURATION, LOGS, tmp_path)
    assert _files(Path(found.location)) == NEEDED
    assert Path(found.location).parent == tmp_path / "logs"
    shop.requests.clear()
    # A day that the run does not read changes nothing.
    shop.put(f"{LOGS}/impressions/day=2026-03-08/part-0.parquet", b"later")
    assert find_logs(CONFIGURATION, f"{LOGS}/", tmp_path) == found
    assert not shop.downloads()


def test_changed_logs_are_mirrored_anew_under_another_fingerprint(shop: StorageEmulator, tmp_path: Path) -> None:
    before = find_logs(CONFIGURATION, LOGS, tmp_path)
    shop.put(f"{LOGS}/impressions/day=2026-03-05/part-0.parquet", b"more rows")
    after = find_logs(CONFIGURATION, LOGS, tmp_path)
    assert after.fingerprint != before.fingerprint
    assert _files(Path(after.location))["impressions/day=2026-03-05/part-0.parquet"] == b"more rows"
    assert _files(Path(before.location)) == NEEDED


def test_an_interrupted_download_leaves_no_mirror(shop: StorageEmulator, tmp_path: Path) -> None:
    shop.fault = lambda _, path: 403 if "day=2026-03-05" in path else None
    with pytest.raises(ContractError, match=f"{LOGS}/.*day=2026-03-05/part-0.parquet: no access"):
        find_logs(CONFIGURATION, LOGS, tmp_path)
    assert not list((tmp_path / "logs").iterdir())


def test_a_location_without_logs_of_the_run_is_refused(shop: StorageEmulator, tmp_path: Path) -> None:
    shop.put("gs://shop/other/notes.txt", b"no logs")
    with pytest.raises(ContractError, match="gs://shop/other: none of its objects is a log file of the window"):
        find_logs(CONFIGURATION, "gs://shop/other", tmp_path)
    with pytest.raises(ContractError, match="s3://shop/logs: give a folder of this machine or gs://"):
        find_logs(CONFIGURATION, "s3://shop/logs", tmp_path)
    assert not (tmp_path / "logs").exists()
