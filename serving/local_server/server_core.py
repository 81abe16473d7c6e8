"""The configuration in force: which versions are served, what each label means, and how both may change.

Source of the rules and messages: tensorflow_serving/model_servers/server_core.cc.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from pathlib import Path

import grpc
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.config import model_server_config_pb2

from serving.local_server.configuration_rules import require_same_platforms, require_valid_list
from serving.local_server.refusals import RefusalError, failed_precondition, invalid_argument
from serving.local_server.saved_model import SavedModel
from serving.local_server.served_folder import wanted_versions
from serving.local_server.settings import LocalServerSettings
from serving.local_server.version_states import State
from serving.local_server.version_table import VersionTable


class ServerCore:
    """Models, versions and labels.

    Args:
        table: The versions in memory.
        settings: Of the server.
        folders: Where a base path of the configuration lies on this machine, for those that name a path elsewhere,
            such as inside a container.
    """

    def __init__(self, table: VersionTable, settings: LocalServerSettings, folders: Mapping[str, Path]) -> None:
        self.table = table
        self._settings = settings
        self._folders = folders
        self._reloading = threading.Lock()
        self._configuration = model_server_config_pb2.ModelServerConfig()
        self._served: dict[str, model_server_config_pb2.ModelConfig] = {}
        self._labels: dict[str, dict[str, int]] = {}

    def reload(self, configuration: model_server_config_pb2.ModelServerConfig) -> None:
        """Replaces the configuration; models that are new are waited for, new versions of known ones are not.

        Args:
            configuration: The whole; a model that it does not list is unloaded.

        Raises:
            RefusalError: It is not valid, a label points at a version that is not AVAILABLE (nothing is loaded or
                unloaded then), or a new model does not become available.
        """
        with self._reloading:
            if configuration.WhichOneof("config") is None:
                return
            models = configuration.model_config_list.config
            require_valid_list(models)
            require_same_platforms(self._configuration.model_config_list.config, models)
            self._configuration = configuration
            self._labels = {model.name: self._checked_labels(model) for model in models}
            new = [model.name for model in models if model.name not in self._served]
            gone = set(self._served) - {model.name for model in models}
            self._served = {model.name: model for model in models}
            for name in gone:
                self.table.want(name, {})
            self._want_all()
            self._wait_for(new)

    def look_for_versions(self) -> None:
        """Reads the folders again: a version that the configuration lists may have come or gone."""
        with self._reloading:
            self._want_all()

    def lend(self, specification: model_pb2.ModelSpec) -> contextlib.AbstractContextManager[tuple[int, SavedModel]]:
        """The version that a request means, for as long as it takes.

        Raises:
            RefusalError: There is no such model, version or label; raised here or on entry.
        """
        name = specification.name
        if not name:
            raise invalid_argument("ModelSpec has no name specified.")
        choice = specification.WhichOneof("version_choice")
        if choice == "version":
            return self.table.lend(name, specification.version.value)
        if choice == "version_label":
            return self.table.lend(name, self._version_of(name, specification.version_label))
        return self.table.lend(name, None)

    def _version_of(self, name: str, label: str) -> int:
        version = self._labels.get(name, {}).get(label)
        if version is None:
            raise invalid_argument(f"Unrecognized servable version label: {label}")
        return version

    def _checked_labels(self, model: model_server_config_pb2.ModelConfig) -> dict[str, int]:
        """The labels of a model, if each may be assigned now."""
        before = self._labels.get(model.name, {})
        for label, version in model.version_labels.items():
            moves = before.get(label, version) != version
            allowed = self._settings.labels_for_unavailable_versions and not moves
            if not allowed and self.table.state(model.name, version) is not State.AVAILABLE:
                raise failed_precondition(
                    f"Request to assign label to version {version} of model {model.name}, which is not currently "
                    "available for inference"
                )
        return dict(model.version_labels)

    def _want_all(self) -> None:
        for model in self._served.values():
            folder = self._folders.get(model.base_path, Path(model.base_path))
            if folder.is_dir():
                self.table.want(model.name, wanted_versions(model, folder))

    def _wait_for(self, names: list[str]) -> None:
        """Waits for new models: for all their versions where TensorFlow Serving waits for one, but not for ever."""
        failed = [name for name in names if not self.table.wait_until_settled(name, self._settings.load_seconds)]
        if failed:
            reasons = []
            for name in failed:
                newest = next(iter(self.table.versions(name)), None)
                why = "no version found" if newest is None else f"{newest}"
                error = "" if newest is None or newest.error is None else f" due to error: {newest.error.details}"
                reasons.append(f"{{{why}{error}}}, ")
            raise RefusalError(
                grpc.StatusCode.UNKNOWN,
                f"{len(failed)} model(s) did not become available: {{{''.join(reasons)}}}",
            )
