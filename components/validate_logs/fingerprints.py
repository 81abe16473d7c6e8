"""Digests that say exactly which logs and which contract an artifact was made from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from components.validate_logs.log_files import LogFile
from schemas.log_contract import Table


def fingerprint_files(files: Iterable[LogFile]) -> str:
    """A digest of the names and contents of log files, independent of where their folder lies."""
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: file.name):
        with file.path.open("rb") as stream:
            digest.update(f"{file.name} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def fingerprint_contract(contract: dict[str, Table]) -> str:
    """A digest of every declaration of the contract."""
    declared = {name: table.model_dump(mode="json") for name, table in sorted(contract.items())}
    return hashlib.sha256(json.dumps(declared, sort_keys=True).encode()).hexdigest()
