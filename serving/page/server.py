"""The page behind a port, beside the server whose ranker it shows."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import uvicorn

from components.push_ranker.local_base import POINTER
from components.push_ranker.model_config import model_config_text
from components.push_ranker.served_versions import STABLE, ServedVersions
from components.push_ranker.settings import PushSettings
from orchestration.run_folder import artifacts_of
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact
from serving.catalogue import Catalogue
from serving.client import RankingClient
from serving.local_server.server import LocalServer
from serving.local_server.settings import LocalServerSettings
from serving.page.application import application
from serving.page.contents import read_contents
from serving.page.settings import PageSettings
from serving.page.shoppers import Shopper, Shoppers, read_shoppers
from serving.ranking_calls import ClientSettings

PLAIN = "ranker_without_graph"
"""As a run calls the artifact, and our server the model."""


@contextlib.contextmanager
def serve_page(run: Path, target: str, model_name: str, settings: PageSettings) -> Iterator[str]:
    """Serves the page while the block runs.

    Args:
        run: A finished daily run: its users, orders and its ranker without the graph.
        target: host:port of the server whose ranker is shown.
        model_name: As that server calls it.
        settings: See PageSettings.

    Yields:
        The page's address.

    Raises:
        ContractError: The run is not there or not whole, or the port is taken.
    """
    artifacts = artifacts_of(run, "examples", "validated_logs", PLAIN)
    logs, examples = artifacts["validated_logs"], ExampleArtifact(artifacts["examples"])
    shoppers = read_shoppers(examples, logs, settings.users, settings.seed)
    catalogue = Catalogue.of_serving_table(examples.serving_table("content"))
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        plain_target = stack.enter_context(_plain_server(RankerArtifact(artifacts[PLAIN])))
        served, plain = (
            stack.enter_context(
                RankingClient(
                    address,
                    catalogue=catalogue,
                    user_vectors=shoppers,
                    settings=ClientSettings(model_name=name, deadline=settings.deadline, version_label=label),
                )
            )
            for address, name, label in ((target, model_name, STABLE), (plain_target, PLAIN, None))
        )
        _tell_spaces((served, plain), shoppers)
        page = application(served, plain, shoppers, read_contents(logs))
        server = uvicorn.Server(uvicorn.Config(page, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="page", daemon=True)
        thread.start()
        try:
            yield f"http://{settings.host}:{listener.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


def _listen(settings: PageSettings) -> socket.socket:
    try:
        return socket.create_server((settings.host, settings.port))
    except OSError as error:
        raise ContractError(
            f"{settings.host}:{settings.port}: the page cannot listen here: {error}; choose another --page-port"
        ) from error


@contextlib.contextmanager
def _plain_server(ranker: RankerArtifact) -> Iterator[str]:
    """A server of the ranker without the graph, on a free port."""
    with tempfile.TemporaryDirectory(prefix="page_") as folder:
        (Path(folder) / "1").symlink_to(ranker.saved_model().absolute())
        text = model_config_text(ServedVersions((1,)), PushSettings(model_name=PLAIN), folder)
        (Path(folder) / POINTER).write_text(text, encoding="utf-8")
        with LocalServer(Path(folder), LocalServerSettings(port=0, poll_seconds=0)) as server:
            yield server.target


def _tell_spaces(clients: Sequence[RankingClient], shoppers: Shoppers) -> None:
    """A client asks for a user's vector only once an answer has told the ranker's space."""
    shopper: Shopper = next(iter(shoppers.by_user.values()))
    for client in clients:
        client.rank(shopper.visitor, shopper.candidates, timestamp=shopper.timestamp)
