"""Publishes the users' vectors of one version of the embeddings."""

from __future__ import annotations

import datetime
import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy
import pandas
from tqdm import tqdm

from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings, open_feature_store
from schemas.instants import Instant, format_instant
from schemas.step_report import StepReport
from schemas.user_vectors import EVENT_TIMESTAMP, USER, VECTOR, PublishedSpace, read_user_vectors, registered_spaces

if TYPE_CHECKING:
    import feast


class Publication(NamedTuple):
    """What came of it.

    Attributes:
        published: Whether the vectors that callers now get are those of this version.
        reason: Why, or why not.
    """

    published: bool
    reason: str


def publish_users(
    embeddings: EmbeddingStore, instant: Instant, settings: FeatureStoreSettings, report: StepReport
) -> Publication:
    """Writes the vector of every user; marks the version as published when the last one is there.

    A version that is not younger than the one that is published changes nothing, even if it is of another network: a
    daily run and a refresh of the network before may embed the same instant, and the vectors of either go with every
    ranker of the space. After a kill the same call continues: users whose vector is as young or younger are left as
    they are, whoever wrote it.

    Args:
        embeddings: The embeddings of one space.
        instant: Which of them.
        settings: The feature store.
        report: Receives the number of users, and of those that were written.

    Raises:
        ContractError: The embeddings are missing, or the space's vectors have another size.
    """
    weights = str(embeddings.meta(instant).details.get("weights", embeddings.space))
    nodes = embeddings.read(instant, "user")
    feature_store = open_feature_store(settings)
    version = PublishedSpace(embeddings.space, nodes.embedding.shape[1], instant, weights, len(nodes.ids))
    report.counts |= {"users": version.users, "written": 0}
    registered = registered_spaces(feature_store).get(version.space)
    if registered is None:
        feature_store.apply(PublishedSpace(version.space, version.size).objects())
    elif registered.size != version.size:
        raise ContractError(
            f"space {version.space}: vectors of {registered.size} values are published, these have {version.size}; "
            "a space has one size: embed with the network that made it"
        )
    elif registered.as_of is not None and registered.as_of >= instant:
        if (registered.as_of, registered.weights) == (instant, weights):
            return Publication(True, "the same version is published already")
        return Publication(
            False,
            f"space {version.space} is published as of {format_instant(registered.as_of)} already, from weights "
            f"{registered.weights}; these are from weights {weights}",
        )
    written = _write(feature_store, version, nodes, instant, settings.rows_at_a_time, new=registered is None)
    report.counts["written"] = written
    feature_store.apply(version.objects())
    return Publication(True, f"{written} of {version.users} users written")


def _write(
    feature_store: feast.FeatureStore,
    version: PublishedSpace,
    nodes: NodeEmbeddings,
    instant: Instant,
    at_once: int,
    new: bool,
) -> int:
    """Writes what is not there yet or older; returns the number of users."""
    moment = pandas.Timestamp(instant, unit="us", tz=datetime.UTC)
    written = 0
    with tqdm(total=len(nodes.ids), desc=f"publish {version.space}", unit="user", file=sys.stderr) as progress:
        for start in range(0, len(nodes.ids), at_once):
            users = nodes.ids[start : start + at_once].to_pylist()
            rows = numpy.arange(len(users))
            if not new:
                # SQLite's store keeps whatever comes last, not what is youngest.
                rows = numpy.flatnonzero(read_user_vectors(feature_store, version, users).as_of < instant)
            if len(rows):
                frame = pandas.DataFrame(
                    {
                        USER: [users[row] for row in rows],
                        VECTOR: list(nodes.embedding[start + rows]),
                        EVENT_TIMESTAMP: moment,
                    }
                )
                feature_store.write_to_online_store(version.view_name, frame)
            written += len(rows)
            progress.update(len(users))
    return written
