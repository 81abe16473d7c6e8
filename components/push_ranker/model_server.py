"""A running TensorFlow Serving, asked through its ModelService what it has loaded and told what to load."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from google.protobuf import text_format

from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError

if TYPE_CHECKING:
    import grpc

POLL_SECONDS = 0.2
STATUS_SECONDS = 30.0
"""For the answer to a question after states."""


@contextlib.contextmanager
def model_server(settings: PushSettings) -> Iterator[ModelServer | None]:
    """Connects to the server of the settings; gives None where they name none."""
    if settings.target is None:
        yield None
        return
    # Not before: the messages of ModelService take TensorFlow with them.
    import grpc

    with grpc.insecure_channel(settings.target) as channel:
        yield ModelServer(channel, settings)


class ModelServer:
    """One server.

    Args:
        channel: To its gRPC port.
        settings: The target, for messages, the model's name, and how long to wait for a version.
    """

    def __init__(self, channel: grpc.Channel, settings: PushSettings) -> None:
        from tensorflow_serving.apis import model_service_pb2_grpc

        self._service = model_service_pb2_grpc.ModelServiceStub(channel)
        self._target = settings.target
        self._model_name = settings.model_name
        self._available_seconds = settings.available_seconds

    def states(self) -> dict[int, str]:
        """The state of each version that the server knows: START, LOADING, AVAILABLE, UNLOADING, or END with its error.

        Raises:
            ContractError: The server does not answer.
        """
        import grpc
        from tensorflow_serving.apis import get_model_status_pb2

        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = self._model_name
        try:
            response = self._service.GetModelStatus(request, timeout=STATUS_SECONDS)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.NOT_FOUND:
                return {}
            raise self._unanswered(error) from error
        return {status.version: _state_text(status) for status in response.model_version_status}

    def wait_until_available(self, version: int) -> None:
        """Waits until a version is loaded.

        Raises:
            ContractError: It failed to load, or has not loaded in time.
        """
        ends = time.monotonic() + self._available_seconds
        while True:
            state = self.states().get(version, "unknown")
            if state == "AVAILABLE":
                return
            # A version that was unloaded earlier ends without an error, and is loaded again now.
            if state.startswith("END:"):
                raise ContractError(
                    f"{self._target}: version {version} of model '{self._model_name}' did not load ({state}); the "
                    "label was not moved: look at the server's log, and at what of the version the server can read"
                )
            if time.monotonic() > ends:
                raise ContractError(
                    f"{self._target}: version {version} of model '{self._model_name}' is {state} after "
                    f"{self._available_seconds:g} s, needed is AVAILABLE; the label was not moved: give it more time "
                    "with push.available_seconds, or look at the server's log"
                )
            time.sleep(POLL_SECONDS)

    def reload(self, config: str) -> None:
        """Gives the server another models.config.

        Args:
            config: Its text.

        Raises:
            ContractError: The server does not answer, or refuses it.
        """
        import grpc
        from tensorflow_serving.apis import model_management_pb2

        no_answer = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNIMPLEMENTED)

        request = model_management_pb2.ReloadConfigRequest()
        text_format.Parse(config, request.config)
        try:
            # A server that does not know the model yet answers when it has loaded it.
            status = self._service.HandleReloadConfigRequest(request, timeout=self._available_seconds).status
        except grpc.RpcError as error:
            if error.code() in no_answer:
                raise self._unanswered(error) from error
            raise self._refused(error.code().name, str(error.details())) from error
        if status.error_code:
            raise self._refused(f"code {status.error_code}", status.error_message)

    def _refused(self, code: str, message: str) -> ContractError:
        return ContractError(
            f"{self._target}: refuses the new models.config ({code}: {message}); "
            "no label was moved: does the server know the model under this name and base path?"
        )

    def _unanswered(self, error: grpc.RpcError) -> ContractError:
        return ContractError(
            f"{self._target}: ModelService did not answer ({error.code().name}: {error.details()}); no label was "
            "moved: name the server's gRPC port, or leave --target out and let servers poll models.config"
        )


def _state_text(status: Any) -> str:
    name = str(status.State.Name(status.state))
    return f"{name}: {status.status.error_message}" if status.status.error_code else name
