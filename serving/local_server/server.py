"""The whole server: a pushed folder behind a port."""

from __future__ import annotations

import functools
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import grpc
from tensorflow_serving.config import model_server_config_pb2

from schemas.errors import ContractError
from serving.local_server.health import Health
from serving.local_server.methods import handlers
from serving.local_server.refusals import RefusalError
from serving.local_server.served_folder import MODELS_CONFIG, read_configuration
from serving.local_server.server_core import ServerCore
from serving.local_server.settings import LocalServerSettings
from serving.local_server.version_table import VersionTable
from serving.local_server.warm_up import load_warm

LOG = logging.getLogger(__name__)
WATCHERS = 2


class LocalServer:
    """Serves the versions of a pushed folder, and follows its models.config; use it in a `with` block.

    It listens once every model has a version that is AVAILABLE and warm.

    Args:
        base: The pushed folder: <version>/ and models.config. What the latter calls the base path lies here, whatever
            path it names.
        settings: See LocalServerSettings.

    Raises:
        ContractError: There is no models.config, it is not valid, no version can be loaded, or the port is taken.
    """

    def __init__(self, base: Path, settings: LocalServerSettings) -> None:
        self._file, self._settings = base / MODELS_CONFIG, settings
        self._folders: dict[str, Path] = {}
        self.table = VersionTable(functools.partial(load_warm, settings=settings))
        self.core = ServerCore(self.table, settings, self._folders)
        self._health = Health(WATCHERS)
        self._stopping = threading.Event()
        self._poller = threading.Thread(target=self._poll, name="poll", daemon=True)
        self._last_complaint = ""
        try:
            self.core.reload(self._configuration())
            self._server, self.target = self._listen()
        except RefusalError as error:
            self.table.close()
            raise ContractError(f"{self._file}: {error.details}; see the messages above") from error
        except ContractError:
            self.table.close()
            raise
        self._server.start()
        if settings.poll_seconds:
            self._poller.start()

    def __enter__(self) -> LocalServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Refuses new requests, answers those in flight, and unloads every version; once."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._health.stop_serving()
        self._server.stop(self._settings.stop_seconds).wait()
        if self._poller.is_alive():
            self._poller.join()
        self.table.close()

    def _listen(self) -> tuple[grpc.Server, str]:
        settings = self._settings
        server = grpc.server(
            ThreadPoolExecutor(settings.workers + WATCHERS, "request"),
            handlers=handlers(self.core, self._health, settings),
            options=[
                ("grpc.max_receive_message_length", settings.largest_message),
                ("grpc.max_send_message_length", settings.largest_message),
                # A second server at the same port is refused instead of taking every other connection.
                ("grpc.so_reuseport", 0),
            ],
            maximum_concurrent_rpcs=settings.workers + WATCHERS + settings.waiting_requests,
        )
        address = f"{settings.host}:{settings.port}"
        try:
            port = server.add_insecure_port(address)
        except RuntimeError as error:
            raise ContractError(f"{address} cannot be listened at: {error}; choose another --port") from error
        return server, f"{settings.host}:{port}"

    def _configuration(self) -> model_server_config_pb2.ModelServerConfig:
        configuration = read_configuration(self._file)
        if not configuration.model_config_list.config:
            raise ContractError(f"{self._file}: lists no model; push a ranker first")
        for model in configuration.model_config_list.config:
            self._folders[model.base_path] = self._file.parent.resolve()
        return configuration

    def _poll(self) -> None:
        while not self._stopping.wait(self._settings.poll_seconds):
            try:
                self.core.reload(self._configuration())
            except (ContractError, RefusalError) as error:
                complaint = str(error)
            else:
                complaint = ""
            if complaint and complaint != self._last_complaint:
                LOG.error("%s is not followed: %s", self._file, complaint)
            self._last_complaint = complaint
            self.core.look_for_versions()
