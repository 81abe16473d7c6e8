"""A pointer is replaced by one writer at a time, who has read what it replaces."""

from __future__ import annotations

import pytest

from schemas.errors import ContractError
from schemas.remote.pointer import Pointer, read_pointer, write_pointer
from tests.storage_emulator import LOST, StorageEmulator

URL = "gs://shop/models/models.config"


@pytest.fixture
def shop(storage_emulator: StorageEmulator) -> StorageEmulator:
    """An emulator with a bucket."""
    storage_emulator.put("gs://shop/readme", b"a shop")
    return storage_emulator


def test_what_is_written_is_read(shop: StorageEmulator) -> None:
    assert read_pointer(URL) == Pointer(None, 0)
    write_pointer(URL, "stable: 1", 0)
    first = read_pointer(URL)
    assert first.text == "stable: 1"
    write_pointer(URL, "stable: 2", first.generation)
    assert read_pointer(URL).text == "stable: 2"
    written = [line for line in shop.requests if line.startswith("POST /upload")][1:]
    assert ["ifGenerationMatch=0" in line for line in written] == [True, False]
    assert f"ifGenerationMatch={first.generation}" in written[1]


@pytest.mark.usefixtures("shop")
def test_of_two_writers_that_read_the_same_the_second_is_refused() -> None:
    write_pointer(URL, "stable: 1", 0)
    read = read_pointer(URL)
    write_pointer(URL, "stable: 2", read.generation)
    with pytest.raises(ContractError, match=f"{URL}: another writer has changed it"):
        write_pointer(URL, "stable: 3", read.generation)
    with pytest.raises(ContractError, match=f"{URL}: another writer has changed it"):
        write_pointer(URL, "stable: 3", 0)
    assert read_pointer(URL).text == "stable: 2"


def test_a_lost_answer_is_not_taken_for_another_writer(shop: StorageEmulator) -> None:
    faults = [LOST]
    shop.fault = lambda method, _: faults.pop() if method == "POST" and faults else None
    write_pointer(URL, "stable: 1", 0)
    assert not faults
    assert read_pointer(URL).text == "stable: 1"


def test_a_missing_bucket_and_bytes_that_are_no_text_are_refused(shop: StorageEmulator) -> None:
    with pytest.raises(ContractError, match=r"gs://nothing/models.config: there is no such bucket"):
        write_pointer("gs://nothing/models.config", "stable: 1", 0)
    shop.put(URL, b"\xff\xfe")
    with pytest.raises(ContractError, match=f"{URL}: not UTF-8 text"):
        read_pointer(URL)
