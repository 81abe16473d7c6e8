"""Artifacts that a step writes and that may go to a remote folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from schemas.artifact_meta import FILE_NAME
from schemas.errors import ContractError
from schemas.remote.address import RemoteFolder, is_remote, local_folder
from schemas.remote.listing import list_files, storage_client
from schemas.remote.reading import temporary_folder
from schemas.remote.refusals import storage_refusals
from schemas.remote.removal import delete_files
from schemas.remote.retrying import patiently
from schemas.remote.transfer import upload_files

PUBLISHING = "_publishing"
"""An empty object that stands in a remote artifact while it is written: what lies beside it may be replaced."""


@contextlib.contextmanager
def output_folder(location: str) -> Iterator[Path]:
    """Gives a local path to write an artifact to; a remote one is published when the block ends without an error.

    Args:
        location: A local path, which is given as it is, or gs://<bucket>/<prefix>.

    Yields:
        The path, where nothing is yet if the location is remote. A ContractError of the block names the location.

    Raises:
        ContractError: The location is taken by something else, or cannot be written.
    """
    if not is_remote(location):
        yield local_folder(location)
        return
    folder = RemoteFolder.parse(location)
    with storage_client(folder.url) as client:
        # A step may take hours: what can be known about its output is asked before.
        _refuse_taken(folder, set(list_files(client, folder)))
    with temporary_folder(folder.url) as temporary:
        temporary.rmdir()
        yield temporary
        publish_folder(temporary, folder.url)


def publish_folder(folder: Path, location: str) -> None:
    """Uploads an artifact so that a reader sees all of it or nothing: meta.json last.

    An artifact that is there already is replaced; its meta.json goes first, so that nobody reads a mixture. One writer
    at a time.

    Args:
        folder: A complete artifact.
        location: gs://<bucket>/<prefix>.

    Raises:
        ContractError: The artifact has no meta.json, the location holds objects that are not an artifact, or the
            service refuses; what has been uploaded then is not an artifact to any reader, and may be replaced.
    """
    target = RemoteFolder.parse(location)
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    if FILE_NAME not in files:
        raise ContractError(f"{folder}: no {FILE_NAME}; only a complete artifact can be published to {target.url}")
    with storage_client(target.url) as client:
        there = list_files(client, target)
        _refuse_taken(target, set(there))
        bucket = client.bucket(target.bucket)
        marker = bucket.blob(target.prefix + PUBLISHING)
        with storage_refusals(f"{target.url}/{PUBLISHING}"):
            marker.upload_from_string(b"", retry=patiently())
        delete_files(blob for name, blob in there.items() if name == FILE_NAME)
        upload_files(bucket, target.prefix, {name: path for name, path in files.items() if name != FILE_NAME}, there)
        delete_files(blob for name, blob in there.items() if name not in {*files, PUBLISHING})
        upload_files(bucket, target.prefix, {FILE_NAME: files[FILE_NAME]}, {})
        delete_files([marker])


def _refuse_taken(folder: RemoteFolder, names: set[str]) -> None:
    """An artifact, or the remains of one, may be replaced; anything else may be somebody's only copy."""
    if names and names.isdisjoint({FILE_NAME, PUBLISHING}):
        raise ContractError(
            f"{folder.url}: holds {len(names)} objects, such as {min(names)}, and no {FILE_NAME}: this is not an "
            "artifact that may be replaced; choose another location, or remove them"
        )
