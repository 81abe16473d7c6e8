"""Settings of the write_examples step."""

from __future__ import annotations

from typing import Literal

import pydantic

from components.engine.settings import EngineSettings


class ExampleSettings(EngineSettings):
    """How ranking examples are made, and which engine works the as-of joins out.

    A smoothing k is worth k views at the prior click rate: the less the rates of a level differ among themselves, the
    larger its k. On the clicks of EB-NeRD, a bare smoothed rate has its lowest log loss near 20 for content (1 hour to
    1 day) and between 40 and 160 for users, and hardly changes around it.

    Attributes:
        validation_share: The last share of the requests of [rows_start, as_of), by time, that validates the rankers.
        content_smoothing: k of the click rates of content and of kinds of content.
        user_smoothing: k of a user's click rate.
        user_kind_smoothing: k of a user's click rate on a kind of content.
        candidates_per_file: Candidates after which the next record file starts; their vectors are in memory at once.
        compression: Of the record files; gzip leaves about a third of the bytes and is far slower to write.
    """

    validation_share: float = pydantic.Field(default=0.15, gt=0, lt=1)
    content_smoothing: float = pydantic.Field(default=20.0, gt=0)
    user_smoothing: float = pydantic.Field(default=40.0, gt=0)
    user_kind_smoothing: float = pydantic.Field(default=40.0, gt=0)
    candidates_per_file: int = pydantic.Field(default=100_000, ge=1)
    compression: Literal["none", "gzip"] = "none"

    @property
    def suffix(self) -> str:
        """What the names of record files end in."""
        return ".tfrecord.gz" if self.compression == "gzip" else ".tfrecord"
