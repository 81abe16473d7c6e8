"""Settings of the push."""

from __future__ import annotations

from typing import Literal

import pydantic

from schemas.feature_store import FeatureStoreSettings
from schemas.settings import Settings


class InfraValidationSettings(Settings):
    """What a model must do in a fresh process before it is pushed.

    Attributes:
        enabled: False pushes without looking.
        largest_difference: Between the answers to its warm-up requests and the answers that are due.
        rank_candidates: Candidates of the `rank` request whose latency is measured.
        rank_repeats: Calls of that request; the fastest counts, so that a busy machine refuses nobody.
        rank_milliseconds: Most milliseconds that it may take.
        load_seconds: Most seconds until the model is loaded.
        seconds: The process is ended after so many, and the model refused.
    """

    enabled: bool = True
    largest_difference: float = pydantic.Field(default=1e-5, ge=0)
    rank_candidates: int = pydantic.Field(default=2000, ge=1)
    rank_repeats: int = pydantic.Field(default=20, ge=1)
    rank_milliseconds: float = pydantic.Field(default=100.0, gt=0)
    load_seconds: float = pydantic.Field(default=120.0, gt=0)
    seconds: float = pydantic.Field(default=600.0, gt=0)


class PushSettings(Settings):
    """How a ranker is served.

    Attributes:
        label: What a new version becomes: `stable` at once, or `canary` until somebody promotes it.
        keep_versions: Newest versions that stay on disk and loaded, besides those that a label points at and the one
            that was stable before.
        model_name: The name that clients ask for.
        served_base_path: The base folder as the server sees it, for example /models/ranker inside a container; the
            base folder's own absolute path or address where it is None.
        target: host:port of a running server; a label is moved only when it has loaded the version. None where servers
            poll models.config.
        poll_seconds: Where no `target` is named: how long every polling server has surely looked at models.config once.
            Between listing a version and moving a label to it so long is waited; 0 where nothing polls.
        available_seconds: How long to wait for that, and for the server to take a new configuration.
        infra_validation: What a model must do before it is pushed.
        feature_store: Where publish_embeddings publishes users' vectors, and where they must be before a version is
            served; None where callers get them elsewhere.
    """

    label: Literal["stable", "canary"] = "stable"
    keep_versions: int = pydantic.Field(default=3, ge=1)
    model_name: str = pydantic.Field(default="ranker", min_length=1)
    served_base_path: str | None = None
    target: str | None = None
    poll_seconds: float = pydantic.Field(default=12.0, ge=0)
    available_seconds: float = pydantic.Field(default=120.0, gt=0)
    infra_validation: InfraValidationSettings = InfraValidationSettings()
    feature_store: FeatureStoreSettings | None = None
