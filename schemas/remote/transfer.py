"""Moves many files between a remote folder and this machine, a few at a time."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import tqdm
import tqdm.utils

from schemas.errors import ContractError
from schemas.remote.listing import Listing
from schemas.remote.refusals import storage_refusals

if TYPE_CHECKING:
    from google.cloud import storage

THREADS = 8
"""Transfers at the same time: one alone is bound by the way to the service; the client keeps up to 10 connections."""


def download_files(listing: Listing, target: Path) -> None:
    """Downloads the needed files of a listing; the client verifies checksums and retries what is safe to retry.

    Args:
        listing: What to download.
        target: A local folder; it gets the same layout, the folders of files that are not needed empty.

    Raises:
        ContractError: The disk is too small, a file was replaced since it was listed, or the service fails.
    """
    size, free = sum(blob.size for blob in listing.files.values()), shutil.disk_usage(target).free
    if size > free:
        raise ContractError(
            f"{listing.folder.url}: {size:,} bytes to download, and only {free:,} are free for {target}; free some, "
            "or let TMPDIR name a folder on a larger disk"
        )
    for name in {*listing.skipped_folders, *(str(Path(name).parent) for name in listing.files)}:
        (target / name).mkdir(parents=True, exist_ok=True)
    url = listing.folder.url
    with tqdm.tqdm(total=size, desc=f"download {url}", unit="B", unit_scale=True) as progress:
        _in_parallel(
            [
                functools.partial(_download, blob, target / name, f"{url}/{name}", progress.update)
                for name, blob in listing.files.items()
            ]
        )


def upload_files(bucket: storage.Bucket, prefix: str, files: Mapping[str, Path]) -> None:
    """Uploads files; the service verifies their checksums.

    Args:
        bucket: Where to.
        prefix: What stands before each name.
        files: Local files by name.

    Raises:
        ContractError: The service refuses or fails.
    """
    url = f"gs://{bucket.name}/{prefix}"
    size = sum(path.stat().st_size for path in files.values())
    with tqdm.tqdm(total=size, desc=f"upload {url}", unit="B", unit_scale=True) as progress:
        _in_parallel(
            [
                functools.partial(_upload, bucket.blob(prefix + name), path, f"{url}{name}", progress.update)
                for name, path in files.items()
            ]
        )


def _in_parallel(actions: Sequence[Callable[[], None]]) -> None:
    """Calls all; after the first error those that have not begun are left out."""
    executor = ThreadPoolExecutor(THREADS)
    try:
        for future in as_completed([executor.submit(action) for action in actions]):
            future.result()
    finally:
        executor.shutdown(cancel_futures=True)


def _download(blob: storage.Blob, path: Path, url: str, count: Callable[[int], object]) -> None:
    with path.open("wb") as stream, storage_refusals(url):
        # An object that the service stores compressed is decompressed on its way, unless its name promises gzip.
        counted = tqdm.utils.CallbackIOWrapper(count, stream, "write")
        blob.download_to_file(counted, raw_download=path.suffix == ".gz")


def _upload(blob: storage.Blob, path: Path, url: str, count: Callable[[int], object]) -> None:
    with path.open("rb") as stream, storage_refusals(url):
        counted = tqdm.utils.CallbackIOWrapper(count, stream, "read")
        blob.upload_from_file(counted, size=path.stat().st_size)
