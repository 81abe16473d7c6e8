"""A small text object that is replaced in one move, by one writer at a time."""

from __future__ import annotations

import dataclasses

from schemas.errors import ContractError
from schemas.remote.address import SCHEME
from schemas.remote.checksums import crc32c_of_bytes
from schemas.remote.listing import storage_client
from schemas.remote.refusals import storage_refusals
from schemas.remote.retrying import patiently


@dataclasses.dataclass(frozen=True)
class Pointer:
    """What was read.

    Attributes:
        text: None where there is no object.
        generation: The service's number of this content; 0 where there is no object.
    """

    text: str | None
    generation: int


def read_pointer(url: str) -> Pointer:
    """Reads a text object.

    Args:
        url: gs://<bucket>/<name>.

    Raises:
        ContractError: The service refuses or fails, or the object is not UTF-8 text.
    """
    bucket, _, name = url.removeprefix(SCHEME).partition("/")
    with storage_client(url) as client, storage_refusals(url):
        blob = client.bucket(bucket).get_blob(name, retry=patiently())
        if blob is None:
            return Pointer(None, 0)
        generation = int(blob.generation)
        content: bytes = blob.download_as_bytes(retry=patiently())
    try:
        return Pointer(content.decode(), generation)
    except UnicodeDecodeError as error:
        raise ContractError(f"{url}: not UTF-8 text ({error}); restore or remove it") from error


def write_pointer(url: str, text: str, generation: int) -> None:
    """Replaces a text object, if it is still what was read.

    Args:
        url: gs://<bucket>/<name>.
        text: The new content.
        generation: That of read_pointer.

    Raises:
        ContractError: Another writer has changed it since, or the service refuses or fails.
    """
    from google.api_core.exceptions import PreconditionFailed

    bucket, _, name = url.removeprefix(SCHEME).partition("/")
    with storage_client(url) as client, storage_refusals(url):
        blob = client.bucket(bucket).blob(name)
        # Readers poll it; without this a cache may answer with the former one for an hour.
        blob.cache_control = "no-store"
        try:
            blob.upload_from_string(text, checksum="crc32c", if_generation_match=generation, retry=patiently())
        except PreconditionFailed:
            # Also the answer to a second try, when the first one arrived and only its answer was lost.
            blob.reload(retry=patiently())
            if blob.crc32c != crc32c_of_bytes(text.encode()):
                raise ContractError(
                    f"{url}: another writer has changed it since it was read; look at what it says now, and run again"
                ) from None
