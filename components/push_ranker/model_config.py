"""models.config, the pointer: which versions TensorFlow Serving loads and which one each label means.

Comment lines of ours, which the server's parser passes over, remember which versions were stable before, so that a
rollback knows where to, and which label waits for its version to be loaded, so that a killed push can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from components.push_ranker.local_base import POINTER
from components.push_ranker.model_server import ModelServer
from components.push_ranker.served_versions import ServedVersions
from components.push_ranker.serving_base import ServingBase, open_base
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError

STABLE_BEFORE, MOVING = "# stable before: ", "# moving: "


def read_served_versions(base: str | Path) -> ServedVersions:
    """Reads models.config; nothing is served where there is none.

    Args:
        base: The folder of the model's versions, local or gs://.

    Raises:
        ContractError: The file is no model server configuration of exactly one model.
    """
    folder = open_base(base)
    return parse_served_versions(folder.read_pointer().text, f"{folder.location}/{POINTER}")


def change_served_versions(
    base: ServingBase,
    change: Callable[[ServedVersions], ServedVersions],
    settings: PushSettings,
    server: ModelServer | None = None,
) -> None:
    """Replaces models.config in one move, so that a reader sees the old or the new pointer and nothing between.

    Args:
        base: The folder, which the caller is `writing`.
        change: From what the file says to what it is to say.
        settings: The model's name, and the folder as the server sees it.
        server: Must take the new configuration before the file is replaced; None where servers poll the file.

    Raises:
        ContractError: A label would point at a version that is not listed, the server refuses, or another writer has
            changed the file meanwhile.
    """
    read = base.read_pointer()
    after = change(parse_served_versions(read.text, f"{base.location}/{POINTER}"))
    text = model_config_text(after, settings, base.location)
    if server is not None:
        server.reload(text)
    if text != read.text:
        base.write_pointer(text, read)


def parse_served_versions(text: str | None, origin: str) -> ServedVersions:
    """Reads the text of models.config.

    Args:
        text: None where there is none.
        origin: For messages.

    Raises:
        ContractError: It is no model server configuration of exactly one model.
    """
    if text is None:
        return ServedVersions()
    try:
        server = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    except text_format.ParseError as error:
        raise ContractError(f"{origin}: not a model server configuration: {error}; restore or remove it") from error
    models = server.model_config_list.config
    if len(models) != 1:
        raise ContractError(f"{origin}: lists {len(models)} models; one is expected, remove the others")
    versions = tuple(sorted(models[0].model_version_policy.specific.versions))
    before = tuple(int(word) for word in _remembered(text, STABLE_BEFORE) if word.isdigit())
    label, version = (*_remembered(text, MOVING), "", "")[:2]
    moving = (label, int(version)) if version.isdigit() else None
    return ServedVersions(versions, dict(models[0].version_labels), before, moving)


def model_config_text(served: ServedVersions, settings: PushSettings, location: str) -> str:
    """The text of models.config.

    Args:
        served: Versions and labels.
        settings: The model's name, and the folder as the server sees it.
        location: The folder as it is seen here.

    Raises:
        ContractError: A label points at a version that is not listed; the server would refuse the file.
    """
    for label, version in served.labels.items():
        if version not in served.versions:
            raise ContractError(
                f"{location}/{POINTER}: label '{label}' points at {version}, not among {served.versions}; move the "
                "label with `python -m components.push_ranker promote`"
            )
    server = model_server_config_pb2.ModelServerConfig()
    base_path = settings.served_base_path or location
    model = server.model_config_list.config.add(
        name=settings.model_name, base_path=base_path, model_platform="tensorflow"
    )
    model.model_version_policy.specific.versions.extend(sorted(served.versions))
    for label, version in sorted(served.labels.items()):
        model.version_labels[label] = version
    comments = ""
    if served.stable_before:
        comments += f"{STABLE_BEFORE}{' '.join(map(str, served.stable_before))}\n"
    if served.moving:
        comments += f"{MOVING}{served.moving[0]} {served.moving[1]}\n"
    return comments + text_format.MessageToString(server)


def _remembered(text: str, comment: str) -> list[str]:
    """The words of a comment line of ours."""
    return [word for line in text.splitlines() if line.startswith(comment) for word in line[len(comment) :].split()]
