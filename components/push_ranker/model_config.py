"""models.config, the pointer: which versions TensorFlow Serving loads and which one each label means.

Comment lines of ours, which the server's parser passes over, remember which versions were stable before, so that a
rollback knows where to, and which label waits for its version to be loaded, so that a killed push can be repeated.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from components.push_ranker.local_base import POINTER
from components.push_ranker.serving_base import ServingBase, open_base
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError

STABLE = "stable"
CANARY = "canary"
STABLE_BEFORE, MOVING = "# stable before: ", "# moving: "


@dataclasses.dataclass(frozen=True)
class ServedVersions:
    """What models.config says of the one model that it lists.

    Attributes:
        versions: Versions to load, ascending.
        labels: Label to version; each version is among `versions`.
        stable_before: Versions that were stable earlier, the last one first.
        moving: The label that is to mean a version as soon as that is loaded, and the version.
    """

    versions: tuple[int, ...] = ()
    labels: dict[str, int] = dataclasses.field(default_factory=dict)
    stable_before: tuple[int, ...] = ()
    moving: tuple[str, int] | None = None

    def announced(self, label: str, version: int) -> ServedVersions:
        """With one more version to load, which a label is to mean."""
        return dataclasses.replace(self, versions=self._with(version), moving=(label, version))

    def labelled(self, label: str, version: int) -> ServedVersions:
        """With a label moved forward to a version, which is listed from then on."""
        before = self.stable_before
        stable = self.labels.get(STABLE)
        if label == STABLE and stable is not None and stable != version:
            before = (stable, *(other for other in before if other not in (stable, version)))
        return ServedVersions(self._with(version), {**self.labels, label: version}, before)

    def rolled_back(self, version: int) -> ServedVersions:
        """With `stable` moved back to a version; what was stable since is forgotten."""
        before = self.stable_before
        if version in before:
            before = before[before.index(version) + 1 :]
        return ServedVersions(self.versions, {**self.labels, STABLE: version}, before)

    def kept(self, complete: list[int], keep: int) -> ServedVersions:
        """Without old versions: the newest ones stay, those that a label means, and the one to roll back to.

        Args:
            complete: The versions that lie in the folder.
            keep: How many of the newest ones stay.
        """
        there = {*self.versions} & {*complete}
        before = tuple(version for version in self.stable_before if version in there)
        moving = {self.moving[1]} if self.moving else set()
        kept = {*sorted(there)[-keep:], *self.labels.values(), *before[:1], *moving}
        before = tuple(version for version in before if version in kept)
        return dataclasses.replace(self, versions=tuple(sorted(kept)), stable_before=before)

    def _with(self, version: int) -> tuple[int, ...]:
        return tuple(sorted({*self.versions, version}))


def read_served_versions(base: str | Path) -> ServedVersions:
    """Reads models.config; nothing is served where there is none.

    Args:
        base: The folder of the model's versions, local or gs://.

    Raises:
        ContractError: The file is no model server configuration of exactly one model.
    """
    folder = open_base(base)
    return parse_served_versions(folder.read_pointer().text, f"{folder.location}/{POINTER}")


def write_served_versions(base: ServingBase, served: ServedVersions, settings: PushSettings) -> None:
    """Replaces models.config in one move, so that a reader sees the old or the new pointer and nothing between.

    Args:
        base: The folder, which the caller is `writing`.
        served: Versions and labels.
        settings: The model's name, and the folder as the server sees it.

    Raises:
        ContractError: A label points at a version that is not listed, which the server would refuse; or another writer
            changed the file meanwhile.
    """
    read = base.read_pointer()
    text = model_config_text(served, settings, base.location)
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
