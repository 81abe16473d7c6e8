"""The bytes of whole folders, for tests that two of them are the same."""

from __future__ import annotations

from pathlib import Path


def file_bytes(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path inside."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
