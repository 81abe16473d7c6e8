"""Where a folder lies: on this machine or at gs://<bucket>/<prefix>."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from schemas.errors import ContractError

SCHEME = "gs://"


def is_remote(location: str) -> bool:
    """Whether a location is on Google Cloud Storage."""
    return location.startswith(SCHEME)


def local_folder(location: str) -> Path:
    """A location on this machine as a path.

    Raises:
        ContractError: It is an address of a service that is not supported.
    """
    if "://" in location:
        raise ContractError(f"{location}: give a folder of this machine or {SCHEME}<bucket>/<prefix>")
    return Path(location)


def absolute_location(location: str) -> str:
    """A location as a process with another working directory finds it.

    Raises:
        ContractError: It is an address of a service that is not supported.
    """
    return location if is_remote(location) else str(local_folder(location).resolve())


@dataclasses.dataclass(frozen=True)
class RemoteFolder:
    """The objects of a bucket whose names start with a prefix.

    Attributes:
        bucket: The bucket's name.
        prefix: Ends with a slash; empty for the whole bucket.
    """

    bucket: str
    prefix: str

    @classmethod
    def parse(cls, location: str) -> RemoteFolder:
        """Reads gs://<bucket>/<prefix>.

        Raises:
            ContractError: The location names no bucket.
        """
        bucket, _, prefix = location.removeprefix(SCHEME).partition("/")
        if not is_remote(location) or not bucket:
            raise ContractError(f"{location}: not an address such as {SCHEME}<bucket>/<prefix>")
        prefix = prefix.strip("/")
        return cls(bucket, f"{prefix}/" if prefix else "")

    @property
    def url(self) -> str:
        """The address without a slash at its end, for messages and for the addresses of what is inside."""
        return f"{SCHEME}{self.bucket}/{self.prefix}".rstrip("/")
