"""Checksums as Google Cloud Storage tells them: CRC-32C (RFC 3720, appendix B.4), base64 of four big-endian bytes."""

from __future__ import annotations

import base64
from pathlib import Path

READ_AT_ONCE = 1 << 20
"""Bytes."""


def crc32c_of_file(path: Path) -> str:
    """The checksum of a local file."""
    import google_crc32c

    checksum = 0
    with path.open("rb") as stream:
        while piece := stream.read(READ_AT_ONCE):
            checksum = google_crc32c.extend(checksum, piece)
    return _text(checksum)


def crc32c_of_bytes(content: bytes) -> str:
    """The checksum of a few bytes."""
    import google_crc32c

    return _text(google_crc32c.value(content))


def _text(checksum: int) -> str:
    return base64.b64encode(checksum.to_bytes(4, "big")).decode()
