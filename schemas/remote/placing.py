"""Folders that are written once and never changed: a reader sees all of it or does not see it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import ContractError
from schemas.remote.address import RemoteFolder
from schemas.remote.checksums import crc32c_of_file
from schemas.remote.listing import list_files, storage_client
from schemas.remote.removal import delete_files
from schemas.remote.transfer import upload_files

if TYPE_CHECKING:
    from google.cloud import storage


def place_folder(folder: Path, location: str, last: str) -> bool:
    """Uploads a folder whose file `last` is what readers look for; it is uploaded when all others have arrived.

    What an interrupted upload left behind is completed: the same bytes stay, others are replaced, further files go.

    Args:
        folder: Local; holds `last`.
        location: gs://<bucket>/<prefix>.
        last: A path inside the folder.

    Returns:
        False where the same bytes are there already; nothing has changed then.

    Raises:
        ContractError: Other bytes are there, another writer is at it, or the service refuses or fails; readers then see
            what they saw before.
    """
    target = RemoteFolder.parse(location)
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    with storage_client(target.url) as client:
        there = list_files(client, target)
        different = _different(files, there)
        if last in there:
            if not different:
                return False
            raise ContractError(
                f"{target.url}: exists with other bytes ({min(different)}) than {folder}; what is there never changes: "
                "choose another location, or remove it by hand"
            )
        bucket = client.bucket(target.bucket)
        missing = {name: path for name, path in files.items() if name in different and name != last}
        upload_files(bucket, target.prefix, missing, there)
        delete_files(blob for name, blob in there.items() if name not in files)
        upload_files(bucket, target.prefix, {last: files[last]}, {})
    return True


def remove_folder(location: str, first: str) -> None:
    """Deletes a folder that place_folder wrote: what readers look for goes first, so that none sees a part of it.

    Args:
        location: gs://<bucket>/<prefix>; nothing happens where there is nothing.
        first: The path inside the folder that readers look for.

    Raises:
        ContractError: The service refuses or fails.
    """
    target = RemoteFolder.parse(location)
    with storage_client(target.url) as client:
        there = list_files(client, target)
        delete_files(blob for name, blob in there.items() if name == first)
        delete_files(blob for name, blob in there.items() if name != first)


def _different(files: Mapping[str, Path], there: Mapping[str, storage.Blob]) -> set[str]:
    """The names that are not on both sides with the same bytes."""
    return {
        name
        for name in files.keys() | there.keys()
        if name not in files or name not in there or crc32c_of_file(files[name]) != there[name].crc32c
    }
