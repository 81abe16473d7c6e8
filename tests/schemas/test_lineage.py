"""Addresses travel from step to step, so that the last one knows where everything lies."""

from __future__ import annotations

import dataclasses
from typing import Any

from schemas.lineage import addresses, lineage


@dataclasses.dataclass
class _Artifact:
    uri: str
    metadata: dict[str, Any] = dataclasses.field(default_factory=dict)


def test_the_last_step_knows_all_that_came_before() -> None:
    network, graph = _Artifact("gs://a/network"), _Artifact("gs://a/graph")
    embeddings = _Artifact("gs://a/embeddings", lineage(network=network, replay_graph=graph))
    examples = _Artifact("gs://a/examples", {"rows": 3} | lineage(embeddings=embeddings))
    assert addresses(examples) == {
        "network": "gs://a/network",
        "replay_graph": "gs://a/graph",
        "embeddings": "gs://a/embeddings",
    }


def test_an_artifact_from_outside_says_nothing() -> None:
    assert addresses(_Artifact("gs://a/logs", {"fingerprint": "abc"})) == {}


def test_the_name_under_which_a_step_was_given_something_counts() -> None:
    """A refresh is given an artifact that some earlier run had made from another network."""
    ranker = _Artifact("gs://a/ranker", lineage(network=_Artifact("gs://a/old")))
    found = _Artifact("gs://a/evaluation", lineage(network=_Artifact("gs://a/new"), ranker=ranker))
    assert addresses(found) == {"network": "gs://a/new", "ranker": "gs://a/ranker"}
