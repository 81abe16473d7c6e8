"""models.config, the pointer: which versions TensorFlow Serving loads and which one each label means."""

from __future__ import annotations

import dataclasses
import os
import uuid
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from schemas.errors import ContractError

FILE_NAME = "models.config"
STABLE = "stable"


@dataclasses.dataclass(frozen=True)
class ServedVersions:
    """What models.config says of the one model that it lists.

    Attributes:
        versions: Versions to load, ascending.
        labels: Label to version; each version is among `versions`.
    """

    versions: tuple[int, ...] = ()
    labels: dict[str, int] = dataclasses.field(default_factory=dict)


def read_served_versions(base: Path) -> ServedVersions:
    """Reads models.config; nothing is served where there is none.

    Args:
        base: The folder of the model's versions.

    Raises:
        ContractError: The file is no model server configuration of exactly one model.
    """
    path = base / FILE_NAME
    if not path.is_file():
        return ServedVersions()
    try:
        server = text_format.Parse(path.read_text(encoding="utf-8"), model_server_config_pb2.ModelServerConfig())
    except text_format.ParseError as error:
        raise ContractError(f"{path}: not a model server configuration: {error}; restore or remove it") from error
    models = server.model_config_list.config
    if len(models) != 1:
        raise ContractError(f"{path}: lists {len(models)} models; one is expected, remove the others")
    versions = tuple(sorted(models[0].model_version_policy.specific.versions))
    return ServedVersions(versions, dict(models[0].version_labels))


def write_served_versions(base: Path, served: ServedVersions, model_name: str, base_path: str) -> None:
    """Replaces models.config in one move, so that a reader sees the old or the new pointer and nothing between.

    Args:
        base: The folder of the model's versions.
        served: Versions and labels.
        model_name: The name that clients ask for.
        base_path: `base` as the server sees it.

    Raises:
        ContractError: A label points at a version that is not listed; the server would refuse the file.
    """
    for label, version in served.labels.items():
        if version not in served.versions:
            raise ContractError(f"{base / FILE_NAME}: label '{label}' points at {version}, not among {served.versions}")
    server = model_server_config_pb2.ModelServerConfig()
    model = server.model_config_list.config.add(name=model_name, base_path=base_path, model_platform="tensorflow")
    model.model_version_policy.specific.versions.extend(sorted(served.versions))
    for label, version in sorted(served.labels.items()):
        model.version_labels[label] = version
    temporary = base / f".{FILE_NAME}.{uuid.uuid4().hex}.incomplete"
    try:
        temporary.write_text(text_format.MessageToString(server), encoding="utf-8")
        os.replace(temporary, base / FILE_NAME)
    finally:
        temporary.unlink(missing_ok=True)
