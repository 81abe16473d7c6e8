"""The objects of a remote folder, as the files that they stand for."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from schemas.errors import ContractError
from schemas.remote.address import RemoteFolder
from schemas.remote.refusals import storage_refusals
from schemas.remote.retrying import patiently

if TYPE_CHECKING:
    from google.cloud import storage

FIELDS = "items(name,size,crc32c,generation,contentEncoding),nextPageToken"
HADOOP_MARKER = "_$folder$"
"""Ends the name of the empty object that Hadoop's connector leaves for a folder."""


@dataclasses.dataclass(frozen=True)
class Listing:
    """What lies in a remote folder.

    Attributes:
        folder: The remote folder.
        files: The needed objects by their path inside the folder, sorted; each is pinned to what was there when listed.
        skipped_folders: The folders of the objects that are not needed, as paths inside the folder.
    """

    folder: RemoteFolder
    files: Mapping[str, storage.Blob]
    skipped_folders: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """A digest of the names, sizes and checksums of the files: the same wherever the same objects lie."""
        digest = hashlib.sha256()
        for name, blob in self.files.items():
            digest.update(f"{name}\0{blob.size}\0{blob.crc32c}\n".encode())
        return digest.hexdigest()


@contextlib.contextmanager
def remote_listing(location: str, needed: Callable[[str], bool] = lambda _: True) -> Iterator[Listing]:
    """Lists a remote folder; the files can be downloaded until the block ends.

    Args:
        location: gs://<bucket>/<prefix>.
        needed: Whether a path inside the folder is wanted.

    Yields:
        The listing.

    Raises:
        ContractError: There is no such bucket or no object with the prefix, access is refused, or an object's name
            cannot be a file's.
    """
    folder = RemoteFolder.parse(location)
    with storage_client(folder.url) as client:
        blobs = list_files(client, folder)
        if not blobs:
            raise ContractError(f"{folder.url}: no object there; check the bucket and the prefix")
        files = {name: blob for name, blob in blobs.items() if needed(name)}
        skipped = frozenset(str(PurePosixPath(name).parent) for name in blobs.keys() - files.keys())
        yield Listing(folder, files, skipped)


def remote_names(location: str) -> list[str]:
    """The paths of the files inside a remote folder, sorted; empty where there is none.

    Args:
        location: gs://<bucket>/<prefix>.

    Raises:
        ContractError: There is no such bucket, access is refused, or an object's name cannot be a file's.
    """
    folder = RemoteFolder.parse(location)
    with storage_client(folder.url) as client:
        return list(list_files(client, folder))


@contextlib.contextmanager
def storage_client(url: str) -> Iterator[storage.Client]:
    """Opens a client with the credentials of the environment.

    Raises:
        ContractError: There are none.
    """
    from google.cloud import storage

    with storage_refusals(url):
        client = storage.Client()
    with contextlib.closing(client):
        yield client


def list_files(client: storage.Client, folder: RemoteFolder) -> dict[str, storage.Blob]:
    """Lists the objects that stand for files, without the empty ones that stand for folders.

    Args:
        client: Of the service.
        folder: The remote folder.

    Returns:
        Objects by path inside the folder, sorted.

    Raises:
        ContractError: The bucket cannot be listed, or an object's name cannot be a file's.
    """
    with storage_refusals(folder.url):
        found = list(client.list_blobs(folder.bucket, prefix=folder.prefix, fields=FIELDS, retry=patiently()))
    blobs = {blob.name.removeprefix(folder.prefix): blob for blob in found}
    folders = {str(parent) for name in blobs for parent in PurePosixPath(name).parents}
    files: dict[str, storage.Blob] = {}
    for name, blob in sorted(blobs.items()):
        if blob.size == 0 and (name.endswith(("/", HADOOP_MARKER)) or name in folders or not name):
            continue
        if name in folders or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise ContractError(f"{folder.url}/{name}: no file can have this object's name; rename or remove it")
        if blob.crc32c is None:
            raise ContractError(f"{folder.url}/{name}: has no crc32c checksum; store it without a key of your own")
        files[name] = blob
    return files
