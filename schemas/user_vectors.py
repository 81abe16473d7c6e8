"""Users' vectors in the feature store: one Feast feature view a space, so that vectors of two spaces never meet.

The view's event timestamp is the as_of of the embeddings. Its tags say which version is published whole; a space
without the tag `as_of` is being published, or was left by a publisher that was killed, and counts as absent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy
import numpy.typing

from schemas.errors import ContractError
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import MICROSECONDS, NO_EVENT, Instant, format_instant, parse_instant

if TYPE_CHECKING:
    import feast

USER, VECTOR, EVENT_TIMESTAMP = "user_id", "vector", "event_timestamp"
VIEW_PREFIX = "user_vectors_"


@dataclasses.dataclass(frozen=True)
class PublishedSpace:
    """What the registry says of one space.

    Attributes:
        space: The space.
        size: Values of one vector.
        as_of: Of the youngest version that is published whole; None before the first.
        weights: Fingerprint of the network that made this version.
        users: How many users this version holds.
    """

    space: str
    size: int
    as_of: Instant | None = None
    weights: str = ""
    users: int = 0

    @property
    def view_name(self) -> str:
        """The name of the space's feature view."""
        return VIEW_PREFIX + self.space

    def objects(self) -> list[feast.Entity | feast.FeatureView]:
        """What `FeatureStore.apply` is to register."""
        import feast

        user = feast.Entity(name="user", join_keys=[USER], value_type=feast.ValueType.STRING)
        tags = {"space": self.space, "size": str(self.size)}
        if self.as_of is not None:
            tags |= {"as_of": format_instant(self.as_of), "weights": self.weights, "users": str(self.users)}
        view = feast.FeatureView(
            name=self.view_name,
            entities=[user],
            schema=[
                feast.Field(name=USER, dtype=feast.types.String),
                feast.Field(name=VECTOR, dtype=feast.types.Array(feast.types.Float32)),
            ],
            # Vectors are written by their publisher; Feast reads nothing from the source that it wants named.
            source=feast.FileSource(name=self.view_name, path=f"space={self.space}", timestamp_field=EVENT_TIMESTAMP),
            tags=tags,
        )
        return [user, view]


@dataclasses.dataclass(frozen=True)
class UserVectors:
    """Vectors as they were published.

    Attributes:
        vectors: float32; zeros where there is none [users, size].
        as_of: Of each user's vector, NO_EVENT where there is none, int64 microseconds [users].
    """

    vectors: FloatArray
    as_of: IntArray


def registered_spaces(feature_store: feast.FeatureStore) -> dict[str, PublishedSpace]:
    """Every space of the registry, published whole or not, as of now."""
    feature_store.refresh_registry()
    found = [view.tags for view in feature_store.list_feature_views() if view.name.startswith(VIEW_PREFIX)]
    return {
        tags["space"]: PublishedSpace(
            space=tags["space"],
            size=int(tags["size"]),
            as_of=parse_instant(tags["as_of"]) if "as_of" in tags else None,
            weights=tags.get("weights", ""),
            users=int(tags.get("users", 0)),
        )
        for tags in found
    }


def require_published(feature_store: feast.FeatureStore, space: str, as_of: Instant | None = None) -> PublishedSpace:
    """Refuses a space whose vectors are not there.

    Args:
        feature_store: The feature store.
        space: The space.
        as_of: The vectors must be of this instant or later.

    Raises:
        ContractError: The space is not published whole, or only an older version of it.
    """
    spaces = registered_spaces(feature_store)
    whole = sorted(name for name, found in spaces.items() if found.as_of is not None)
    if space not in whole:
        raise ContractError(
            f"feature store {feature_store.config.project}: no vectors of space '{space}', there are those of "
            f"{whole}; publish them first: python -m components.publish_embeddings publish --help"
        )
    published = spaces[space]
    if as_of is not None and published.as_of is not None and published.as_of < as_of:
        raise ContractError(
            f"feature store {feature_store.config.project}: vectors of space '{space}' are of "
            f"{format_instant(published.as_of)}, needed are those of {format_instant(as_of)}; "
            "publish them first: python -m components.publish_embeddings publish --help"
        )
    return published


def read_user_vectors(
    feature_store: feast.FeatureStore, published: PublishedSpace, users: Sequence[str]
) -> UserVectors:
    """Reads vectors by (space, user).

    Args:
        feature_store: The feature store.
        published: The space, from `require_published`.
        users: Ids; a user without a vector is a cold one.
    """
    vectors = numpy.zeros((len(users), published.size), numpy.float32)
    as_of = numpy.full(len(users), NO_EVENT, numpy.int64)
    if users:
        response = feature_store.get_online_features(
            [f"{published.view_name}:{VECTOR}"], [{USER: user} for user in users]
        )
        position = list(response.proto.metadata.feature_names.val).index(VECTOR)
        found = response.proto.results[position]
        for row, value in enumerate(found.values):
            if value.float_list_val.val:
                vectors[row] = value.float_list_val.val
                as_of[row] = found.event_timestamps[row].seconds * MICROSECONDS["s"]
    return UserVectors(vectors, as_of)
