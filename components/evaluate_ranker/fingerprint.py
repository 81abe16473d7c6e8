"""Tells one artifact from another, so that a push cannot be blessed by another ranker's evaluation."""

from __future__ import annotations

import hashlib
from pathlib import Path

from schemas.artifact_meta import FILE_NAME


def fingerprint(folder: Path) -> str:
    """SHA-256 over the relative paths and bytes of every file of a folder."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(str(path.relative_to(folder)).encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def meta_fingerprint(folder: Path) -> str:
    """SHA-256 of an artifact's meta.json, which tells what it was made from, whatever its size."""
    return hashlib.sha256((folder / FILE_NAME).read_bytes()).hexdigest()
