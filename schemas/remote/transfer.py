"""Moves many files between a remote folder and this machine, a few at a time."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import tqdm
import tqdm.utils

from schemas.errors import ContractError
from schemas.remote.checksums import crc32c_of_file
from schemas.remote.listing import Listing
from schemas.remote.parallel import in_parallel
from schemas.remote.refusals import storage_refusals
from schemas.remote.retrying import patiently

if TYPE_CHECKING:
    from google.cloud import storage

PIECE = 8 << 20
"""Bytes of a large file that are sent, and held in memory, at once; a lost connection costs no more than that."""


def download_files(listing: Listing, target: Path) -> None:
    """Downloads the needed files of a listing.

    Args:
        listing: What to download.
        target: A local folder; it gets the same layout, the folders of files that are not needed empty.

    Raises:
        ContractError: The disk is too small, a file was replaced since it was listed, a checksum differs, or the
            service fails.
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
        in_parallel(
            [
                functools.partial(_download, blob, target / name, f"{url}/{name}", progress.update)
                for name, blob in listing.files.items()
            ]
        )


def upload_files(
    bucket: storage.Bucket, prefix: str, files: Mapping[str, Path], replaced: Mapping[str, storage.Blob]
) -> None:
    """Uploads files, each of which appears whole or not at all, with the checksum that it has here.

    Args:
        bucket: Where to.
        prefix: What stands before each name.
        files: Local files by name.
        replaced: The objects that may be replaced, by name, as they were listed; under every other name there must be
            none yet.

    Raises:
        ContractError: Another writer was there meanwhile, a checksum differs, or the service refuses or fails.
    """
    url = f"gs://{bucket.name}/{prefix}"
    size = sum(path.stat().st_size for path in files.values())
    with tqdm.tqdm(total=size, desc=f"upload {url}", unit="B", unit_scale=True) as progress:
        in_parallel(
            [
                functools.partial(
                    _upload,
                    bucket.blob(prefix + name, chunk_size=PIECE),
                    path,
                    # 0 stands for an object that is not there.
                    replaced[name].generation if name in replaced else 0,
                    progress.update,
                )
                for name, path in files.items()
            ]
        )


def _download(blob: storage.Blob, path: Path, url: str, count: Callable[[int], object]) -> None:
    raw = path.suffix == ".gz"
    with path.open("wb") as stream, storage_refusals(url):
        # An object that the service stores compressed is decompressed on its way, unless its name promises gzip.
        counted = tqdm.utils.CallbackIOWrapper(count, stream, "write")
        blob.download_to_file(counted, raw_download=raw, retry=patiently())
    # The client compares checksums where the answer names one; the listing always does, of the bytes that are stored.
    if (raw or not blob.content_encoding) and crc32c_of_file(path) != blob.crc32c:
        raise ContractError(f"{url}: arrived with another checksum than it is stored with; run again")


def _upload(blob: storage.Blob, path: Path, generation: int, count: Callable[[int], object]) -> None:
    from google.api_core.exceptions import PreconditionFailed

    url, size = f"gs://{blob.bucket.name}/{blob.name}", path.stat().st_size
    with path.open("rb") as stream, storage_refusals(url):
        counted = tqdm.utils.CallbackIOWrapper(count, stream, "read")
        try:
            blob.upload_from_file(
                counted, size=size, checksum="crc32c", if_generation_match=generation, retry=patiently()
            )
            mine = True
        except PreconditionFailed:
            # Also the answer to a second try, when the first one arrived and only its answer was lost.
            mine = False
            blob.reload(retry=patiently())
        if blob.crc32c == crc32c_of_file(path):
            return
        if mine:
            blob.delete(if_generation_match=blob.generation, retry=patiently())
    raise ContractError(
        f"{url}: {path} was changed while it was uploaded; run again"
        if mine
        else f"{url}: another writer put other bytes there meanwhile; let only one write there, and run again"
    )
