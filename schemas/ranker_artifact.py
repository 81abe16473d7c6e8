"""The ranker artifact: one SavedModel a seed, and what evaluation, warm start and push must know of it.

Layout:
    meta.json                     ArtifactMeta of kind "ranker"; details: RankerDetails
    seed=<n>/saved_model/         signatures `rank` (also `serving_default`) and `score`; warm-up requests; and, for
                                  whoever has a served version only, its `space` and `as_of` in SERVED_RANKER
    seed=<n>/model.weights.h5     the training model's weights, for warm starts
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pydantic

from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.instants import Instant, parse_instant
from schemas.settings import Settings, parse_settings

SERVED_RANKER = Path("assets.extra") / "ranker.json"
"""Inside a SavedModel."""


class TrainingCurve(Settings):
    """Loss by epoch of one seed."""

    seed: int
    training_loss: tuple[float, ...]
    validation_loss: tuple[float, ...]


class RankerDetails(Settings):
    """What a reader must know of a ranker.

    Attributes:
        with_graph: Whether it reads the graph's features.
        space: The space of the embeddings it was trained on (also for a ranker without the graph: of its examples).
        features: Names of the model's input features.
        seeds: One trained model a seed; the first is the one that is pushed.
        curves: Training curves by seed.
        parameters: Trainable weights of one model.
        settings: The RankerSettings that it was trained with.
        vocabularies: Of the examples: what encoded each category; a warm start needs the same.
        serving_as_of: ISO 8601; what the tables inside the SavedModel know is strictly before it. The weights know what
            is before the artifact's as_of. None for artifacts from before it: as_of.
    """

    with_graph: bool
    space: str
    features: tuple[str, ...]
    seeds: tuple[int, ...]
    curves: tuple[TrainingCurve, ...]
    parameters: int
    settings: dict[str, Any] = pydantic.Field(default_factory=dict)
    vocabularies: dict[str, tuple[str, ...]] = pydantic.Field(default_factory=dict)
    serving_as_of: str | None = None


class RankerArtifact:
    """Finds the files of a ranker artifact.

    Raises:
        ContractError: The folder is not a complete ranker artifact.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.meta: ArtifactMeta = read_meta(self.folder, "ranker")
        self.details = parse_settings(RankerDetails, self.meta.details, str(self.folder / "meta.json"))

    @property
    def served_as_of(self) -> Instant:
        """What the exported model knows, its tables included, is strictly before it: the version to push it under."""
        return parse_instant(self.details.serving_as_of or self.meta.as_of)

    def saved_model(self, seed: int | None = None) -> Path:
        """The SavedModel of one seed; of the first by default."""
        return self.folder / f"seed={self.details.seeds[0] if seed is None else seed}" / "saved_model"

    def weights(self, seed: int | None = None) -> Path:
        """The training weights of one seed; of the first by default."""
        return self.folder / f"seed={self.details.seeds[0] if seed is None else seed}" / "model.weights.h5"
