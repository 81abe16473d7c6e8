"""The versions of a serving folder, as a person reads them."""

from __future__ import annotations

from components.push_ranker.model_config import read_served_versions
from components.push_ranker.model_server import model_server
from components.push_ranker.serving_base import open_base
from components.push_ranker.settings import PushSettings


def print_versions(base: str, settings: PushSettings) -> None:
    """One line a version: served or not, its labels, and its state in the server where one is named.

    Args:
        base: The folder of the model's versions, local or gs://.
        settings: The server.

    Raises:
        ContractError: models.config cannot be read, or the server does not answer.
    """
    served = read_served_versions(base)
    with model_server(settings) as server:
        states = {} if server is None else server.states()
    there = set(open_base(base).versions())
    for version in sorted({*there, *served.versions, *states}):
        listed = "served" if version in served.versions else "not served"
        labels = [label for label, target in sorted(served.labels.items()) if target == version]
        missing = [] if version in there else ["NOT IN THE FOLDER"]
        print("  ".join(filter(None, [str(version), listed, states.get(version, ""), *missing, " ".join(labels)])))
