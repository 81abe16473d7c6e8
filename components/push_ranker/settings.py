"""Settings of the push."""

from __future__ import annotations

import pydantic

from schemas.feature_store import FeatureStoreSettings
from schemas.settings import Settings


class PushSettings(Settings):
    """How a ranker is served.

    Attributes:
        keep_versions: Newest versions that stay on disk and loaded, besides those that a label points at.
        model_name: The name that clients ask for.
        served_base_path: The base folder as the server sees it, for example /models/ranker inside a container; the
            base folder's own absolute path where it is None.
        feature_store: Where users' vectors must have been published before a version is served; None where callers get
            them elsewhere.
    """

    keep_versions: int = pydantic.Field(default=3, ge=1)
    model_name: str = pydantic.Field(default="ranker", min_length=1)
    served_base_path: str | None = None
    feature_store: FeatureStoreSettings | None = None
