"""Changes examples artifacts behind the step's back."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pyarrow
import tensorflow

from components.write_examples.audit.audit import AuditReport
from components.write_examples.audit.findings import Finding
from components.write_examples.tfrecord_file import write_records
from schemas.artifact_meta import FILE_NAME
from schemas.embedding_versions import EmbeddingVersion, read_embedding_versions, write_embedding_versions
from schemas.example_artifact import ExampleArtifact, compression_type

Records = list[tensorflow.train.Example]


def change_records(artifact: ExampleArtifact, split: str, change: Callable[[Records], Records]) -> str:
    """Replaces the records of the first file of a split, and returns the file's name within the artifact."""
    path = artifact.records(split)[0]
    written = tensorflow.data.TFRecordDataset(str(path), compression_type([path]))
    records = [tensorflow.train.Example.FromString(one.numpy()) for one in written]
    changed = [record.SerializeToString() for record in change(records)]
    # With its line of the manifest: whoever writes wrong records lists them too.
    entry = write_records(path, [pyarrow.array(changed, pyarrow.large_binary())])
    name = str(path.relative_to(artifact.folder))
    files = {listed: file.model_dump() for listed, file in ExampleArtifact(artifact.folder).details.files.items()}
    change_details(artifact, files=files | {name: entry.model_dump()})
    return name


def instant_of(record: tensorflow.train.Example, name: str) -> int:
    return int(record.features.feature[name].int64_list.value[0])


def text_of(record: tensorflow.train.Example, name: str) -> str:
    value: bytes = record.features.feature[name].bytes_list.value[0]
    return value.decode()


def set_instant(record: tensorflow.train.Example, name: str, instant: int) -> None:
    record.features.feature[name].int64_list.value[:] = [instant]


def change_details(artifact: ExampleArtifact, **changes: Any) -> None:
    """Replaces details in meta.json."""
    path = artifact.folder / FILE_NAME
    meta = json.loads(path.read_text())
    meta["details"].update(changes)
    path.write_text(json.dumps(meta))


def change_version(artifact: ExampleArtifact, as_of: int, **changes: int) -> None:
    """Replaces facts of one embedding version."""
    versions = {version.as_of: version for version in read_embedding_versions(artifact.embedding_versions)}
    versions[as_of] = EmbeddingVersion(**{**dataclasses.asdict(versions[as_of]), **changes})
    write_embedding_versions(artifact.embedding_versions, versions.values())


def violated(report: AuditReport) -> dict[str, Finding]:
    """The violated checks by name."""
    return {finding.name: finding for finding in report.violated}
