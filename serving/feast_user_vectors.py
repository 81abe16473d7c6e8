"""Users' vectors out of the Feast feature store that `publish_embeddings` fills."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from serving.user_vectors import UserVectorsUnavailableError, Vector

if TYPE_CHECKING:
    import feast

    from schemas.feature_store import FeatureStoreSettings
    from schemas.user_vectors import PublishedSpace


class FeastUserVectors:
    """Reads one user's vector at a time; put CachedUserVectors in front of it.

    Feast takes seconds to import and is imported with the first vector, not before: call `vector` once before the
    first page. Needs the extra `features`.

    Args:
        settings: Those of the publisher, such as configs/feature_store/sqlite.yaml.
        registry_seconds: How long what the registry says of a space is believed; a space that was not published when
            it was first asked for is found after that time.
        clock: Tells the time, seconds; another one only in tests.
    """

    def __init__(
        self,
        settings: FeatureStoreSettings,
        registry_seconds: float = 60,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._registry_seconds, self._clock = settings, registry_seconds, clock
        self._store: feast.FeatureStore | None = None
        self._spaces: dict[str, PublishedSpace] = {}
        self._read_at = float("-inf")
        self._lock = threading.Lock()

    def vector(self, space: str, user_id: str) -> Vector | None:
        """See UserVectors; None also where the space is not published.

        Raises:
            UserVectorsUnavailableError: The registry or the online store does not answer.
            ContractError: Feast is not installed.
        """
        from schemas.errors import ContractError
        from schemas.feature_store import store_refusals
        from schemas.instants import NO_EVENT
        from schemas.user_vectors import read_user_vectors

        store = self._opened()
        import feast.errors  # behind _opened, which tells how to install it

        try:
            with store_refusals(self._settings):
                published = self._published(store, space)
                if published is None or published.as_of is None:
                    return None
                found = read_user_vectors(store, published, [user_id])
        except (ContractError, OSError, sqlite3.Error, feast.errors.FeastError) as error:
            raise UserVectorsUnavailableError(f"feature store {self._settings.project}: {error}") from error
        vector: Vector = found.vectors[0]
        return None if found.as_of[0] == NO_EVENT else vector

    def _opened(self) -> feast.FeatureStore:
        from schemas.feature_store import open_feature_store

        with self._lock:
            if self._store is None:
                self._store = open_feature_store(self._settings)
            return self._store

    def _published(self, store: feast.FeatureStore, space: str) -> PublishedSpace | None:
        """What the registry says of the space."""
        from schemas.user_vectors import registered_spaces

        with self._lock:
            if self._clock() - self._read_at > self._registry_seconds:
                self._spaces = registered_spaces(store)
                self._read_at = self._clock()
            return self._spaces.get(space)
