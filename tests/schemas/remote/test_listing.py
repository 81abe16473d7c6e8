"""Which objects stand for files, and when two remote folders count as the same."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import pytest

from schemas.errors import ContractError
from schemas.remote.listing import remote_listing
from schemas.remote.reading import remote_fingerprint
from tests.storage_emulator import StorageEmulator

BUCKETS = itertools.count()
FOLDERS = strategies.dictionaries(
    strategies.sampled_from(["a", "b/c", "b/d", "day=2026-03-02/part-0.parquet"]),
    strategies.binary(max_size=3),
    min_size=1,
    max_size=3,
)


def _stored(emulator: StorageEmulator, prefix: str, contents: dict[str, bytes]) -> str:
    location = f"gs://bucket{next(BUCKETS)}/{prefix}"
    for name, content in contents.items():
        emulator.put(f"{location}/{name}", content)
    return location


@hypothesis.settings(max_examples=25, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(first=FOLDERS, second=FOLDERS)
def test_folders_have_the_same_fingerprint_exactly_when_names_and_contents_agree_wherever_they_lie(
    storage_emulator: StorageEmulator, first: dict[str, bytes], second: dict[str, bytes]
) -> None:
    here, there = _stored(storage_emulator, "logs", first), _stored(storage_emulator, "years/of/logs", second)
    assert (remote_fingerprint(here) == remote_fingerprint(there)) == (first == second)
    assert not storage_emulator.downloads()


def test_only_what_is_needed_counts_for_the_fingerprint(storage_emulator: StorageEmulator) -> None:
    location = _stored(storage_emulator, "logs", {"a": b"1", "b": b"2"})
    before = remote_fingerprint(location, lambda name: name == "a")
    storage_emulator.put(f"{location}/b", b"3")
    assert remote_fingerprint(location, lambda name: name == "a") == before
    storage_emulator.put(f"{location}/a", b"3")
    assert remote_fingerprint(location, lambda name: name == "a") != before


def test_empty_objects_that_stand_for_folders_are_no_files(storage_emulator: StorageEmulator) -> None:
    markers = ["", "orders/", "orders_$folder$", "orders"]
    location = _stored(
        storage_emulator, "logs", {**dict.fromkeys(markers, b""), "orders/part-0.ndjson": b"", "other/x": b"1"}
    )
    storage_emulator.put("gs://another/logs2/y", b"1")
    with remote_listing(location, lambda name: name.startswith("orders")) as listing:
        assert list(listing.files) == ["orders/part-0.ndjson"]
        assert listing.skipped_folders == {"other"}


@pytest.mark.parametrize("name", ["../secret", "a//b", "a/./b", "/a", "orders", "orders/"])
def test_a_name_that_no_file_can_have_is_refused(storage_emulator: StorageEmulator, name: str) -> None:
    location = _stored(storage_emulator, "logs", {"orders/part-0.ndjson": b"1", "stand-in": b"1"})
    storage_emulator.rename(f"{location}/stand-in", f"logs/{name}")
    with pytest.raises(ContractError, match="no file can have this object's name"), remote_listing(location):
        pass


def test_a_missing_bucket_and_a_missing_prefix_are_refused(storage_emulator: StorageEmulator) -> None:
    storage_emulator.put("gs://shop/logs2/a", b"1")
    with pytest.raises(ContractError, match=r"gs://elsewhere/logs: there is no such bucket"):
        remote_fingerprint("gs://elsewhere/logs")
    with pytest.raises(ContractError, match=r"gs://shop/logs: no object there; check the bucket and the prefix"):
        remote_fingerprint("gs://shop/logs")


def test_a_refused_access_names_the_remedy(storage_emulator: StorageEmulator) -> None:
    storage_emulator.fault = lambda _method, _path: 403
    with pytest.raises(ContractError, match=r"gs://shop/logs: no access .*gcloud auth application-default login"):
        remote_fingerprint("gs://shop/logs")


def test_missing_credentials_name_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("STORAGE_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", f"{tmp_path}/missing.json")
    with pytest.raises(ContractError, match=r"gs://shop/logs: no access .*STORAGE_EMULATOR_HOST"):
        remote_fingerprint("gs://shop/logs")


def test_the_library_is_loaded_for_remote_folders_only() -> None:
    code = "import sys, schemas.remote.publishing; sys.exit('google.cloud.storage' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
