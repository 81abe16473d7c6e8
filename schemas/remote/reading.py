"""Log folders and artifacts that may be remote, as local folders."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from schemas.artifact_meta import FILE_NAME, read_meta
from schemas.errors import ContractError
from schemas.remote.address import RemoteFolder, is_remote, local_folder
from schemas.remote.listing import Listing, remote_listing
from schemas.remote.transfer import download_files


@contextlib.contextmanager
def local_logs(location: str, needed: Callable[[str], bool]) -> Iterator[Path]:
    """Gives a log folder as a local one; a remote one is downloaded to a temporary folder (TMPDIR) for the block.

    Args:
        location: A local folder, which is given as it is, or gs://<bucket>/<prefix>.
        needed: Whether a path inside the folder is to be downloaded; the folders of the others are there, empty.

    Yields:
        The local folder. A ContractError of the block names the location instead of the temporary folder.

    Raises:
        ContractError: The location has no object, access is refused, or the disk is too small.
    """
    if not is_remote(location):
        yield local_folder(location)
        return
    with remote_listing(location, needed) as listing, temporary_folder(listing.folder.url) as folder:
        download_files(listing, folder)
        yield folder


@contextlib.contextmanager
def local_artifact(location: str, kind: str) -> Iterator[Path]:
    """Gives an artifact as a local folder; a remote one is downloaded to a temporary folder (TMPDIR) for the block.

    Args:
        location: A local folder, which is given as it is, or gs://<bucket>/<prefix>.
        kind: What meta.json must say; it is read before anything else is downloaded.

    Yields:
        The local folder. A ContractError of the block names the location instead of the temporary folder.

    Raises:
        ContractError: There is no meta.json, it is of another kind, or the artifact cannot be downloaded.
    """
    if not is_remote(location):
        yield local_folder(location)
        return
    with remote_listing(location) as listing, temporary_folder(listing.folder.url) as folder:
        meta = {name: blob for name, blob in listing.files.items() if name == FILE_NAME}
        download_files(Listing(listing.folder, meta, frozenset()), folder)
        read_meta(folder, kind)
        download_files(listing, folder)
        yield folder


@contextlib.contextmanager
def local_outline(location: str, kind: str) -> Iterator[Path]:
    """Gives a remote artifact as a local folder in which every file is empty but meta.json.

    For a cluster, whose machines read the files where they are: what is needed here are their names.

    Args:
        location: gs://<bucket>/<prefix>.
        kind: What meta.json must say.

    Yields:
        The local folder. A ContractError of the block names the location instead of the temporary folder.

    Raises:
        ContractError: There is no meta.json, or it is of another kind.
    """
    with remote_listing(location) as listing, temporary_folder(listing.folder.url) as folder:
        meta = {name: blob for name, blob in listing.files.items() if name == FILE_NAME}
        download_files(Listing(listing.folder, meta, frozenset()), folder)
        read_meta(folder, kind)
        for name in listing.files.keys() - meta.keys():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).touch()
        yield folder


def remote_fingerprint(location: str, needed: Callable[[str], bool] = lambda _: True) -> str:
    """A digest of the names, sizes and checksums of a remote folder's objects; nothing is downloaded.

    Args:
        location: gs://<bucket>/<prefix>; does not count itself.
        needed: Which paths inside the folder count.

    Raises:
        ContractError: The location has no object, or access is refused.
    """
    with remote_listing(location, needed) as listing:
        return listing.fingerprint


@contextlib.contextmanager
def temporary_folder(url: str) -> Iterator[Path]:
    """Gives a temporary folder that stands for a remote one.

    Args:
        url: What messages are to name.

    Yields:
        The folder, named like the remote one; it is removed when the block ends.

    Raises:
        ContractError: That of the block, with the url in place of the folder.
    """
    with tempfile.TemporaryDirectory(prefix="frontrow-") as parent:
        folder = Path(parent).resolve() / RemoteFolder.parse(url).url.rpartition("/")[2]
        folder.mkdir()
        try:
            yield folder
        except ContractError as error:
            raise ContractError(str(error).replace(str(folder), url)) from error
