"""Deletes objects that a listing found."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.remote.parallel import in_parallel
from schemas.remote.refusals import storage_refusals
from schemas.remote.retrying import patiently

if TYPE_CHECKING:
    from google.cloud import storage


def delete_files(blobs: Iterable[storage.Blob]) -> None:
    """Deletes objects, each only if it is still the one that was listed; those that are gone already are left out.

    Args:
        blobs: From a listing.

    Raises:
        ContractError: One was replaced since, or the service refuses.
    """
    in_parallel([functools.partial(_delete, blob) for blob in blobs])


def _delete(blob: storage.Blob) -> None:
    from google.api_core.exceptions import NotFound

    with storage_refusals(f"gs://{blob.bucket.name}/{blob.name}"):
        try:
            blob.delete(if_generation_match=blob.generation, retry=patiently())
        except NotFound:
            # The answer to an earlier try was lost, or another writer cleans up too.
            return
