"""Addresses of remote folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import ContractError
from schemas.remote.address import RemoteFolder, absolute_location, is_remote, local_folder


@pytest.mark.parametrize(
    ("location", "bucket", "prefix", "url"),
    [
        ("gs://shop/logs", "shop", "logs/", "gs://shop/logs"),
        ("gs://shop/logs/", "shop", "logs/", "gs://shop/logs"),
        ("gs://shop/years/logs", "shop", "years/logs/", "gs://shop/years/logs"),
        ("gs://shop", "shop", "", "gs://shop"),
        ("gs://shop/", "shop", "", "gs://shop"),
    ],
)
def test_a_prefix_ends_with_a_slash_so_that_logs_does_not_name_logs2(
    location: str, bucket: str, prefix: str, url: str
) -> None:
    folder = RemoteFolder.parse(location)
    assert (folder.bucket, folder.prefix, folder.url) == (bucket, prefix, url)


@pytest.mark.parametrize("location", ["gs://", "gs:///logs", "shop/logs"])
def test_an_address_without_a_bucket_is_refused(location: str) -> None:
    with pytest.raises(ContractError, match="not an address such as gs://<bucket>/<prefix>"):
        RemoteFolder.parse(location)


def test_a_folder_of_this_machine_is_not_remote_and_other_services_are_refused() -> None:
    assert is_remote("gs://shop/logs")
    assert not is_remote("/logs/gs:/shop")
    assert local_folder("logs/year") == Path("logs/year")
    with pytest.raises(ContractError, match="s3://shop/logs: give a folder of this machine or gs://"):
        local_folder("s3://shop/logs")


def test_an_absolute_location_is_the_same_from_any_folder() -> None:
    assert absolute_location("gs://shop/models") == "gs://shop/models"
    assert absolute_location("models") == str(Path.cwd() / "models")
    with pytest.raises(ContractError, match="s3://shop/models: give a folder of this machine or gs://"):
        absolute_location("s3://shop/models")
