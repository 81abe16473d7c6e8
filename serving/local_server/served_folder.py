"""What lies on disk: the configuration file, and the versions that a model's policy wants of its folder."""

from __future__ import annotations

from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from components.push_ranker.local_base import POINTER
from schemas.errors import ContractError

MODELS_CONFIG = POINTER
"""The pointer of a pushed folder, as the push calls it."""


def read_configuration(path: Path) -> model_server_config_pb2.ModelServerConfig:
    """Reads models.config.

    Raises:
        ContractError: There is none, or it is no model server configuration.
    """
    if not path.is_file():
        raise ContractError(f"{path}: no such file; push a ranker first, or point --base at a pushed folder")
    try:
        return text_format.Parse(path.read_text(encoding="utf-8"), model_server_config_pb2.ModelServerConfig())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: not a model server configuration: {error}; restore it") from error


def wanted_versions(model: model_server_config_pb2.ModelConfig, folder: Path) -> dict[int, Path]:
    """The versions on disk that a model's version policy wants.

    Source: tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc.

    Args:
        model: Its entry of the configuration.
        folder: Where its versions lie.

    Returns:
        SavedModel folders by version.
    """
    found = {int(path.name): path for path in folder.glob("*") if path.name.isdecimal() and path.name.isascii()}
    policy = model.model_version_policy
    choice = policy.WhichOneof("policy_choice")
    if choice == "all":
        return found
    if choice == "specific":
        return {number: found[number] for number in policy.specific.versions if number in found}
    newest = sorted(found)[-max(1, policy.latest.num_versions) :]
    return {number: found[number] for number in newest}
