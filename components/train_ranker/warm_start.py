"""Starting from an earlier ranker's weights: only with the same inputs, shape and space."""

from __future__ import annotations

from pathlib import Path

import keras

from components.train_ranker.settings import RankerSettings
from schemas.artifact_meta import require_known_before
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.instants import Instant
from schemas.ranker_artifact import RankerArtifact
from schemas.ranking_features import features_of, model_groups

SHAPE_SETTINGS = (
    "cross",
    "cross_layers",
    "rank",
    "experts",
    "deep_sizes",
    "encoding_bins",
    "encoding_units",
    "structure",
    "embedding_interaction",
    "embedding_units",
    "position_units",
)


def open_earlier(
    folder: Path, examples: ExampleArtifact, as_of: Instant, with_graph: bool, settings: RankerSettings
) -> RankerArtifact:
    """Opens an earlier ranker whose weights fit the one to train.

    Args:
        folder: The earlier ranker's artifact.
        examples: What the new ranker trains on.
        as_of: The instant of the new ranker.
        with_graph: Whether the new one reads the graph's features.
        settings: The new one's settings.

    Raises:
        ContractError: Features, vocabularies, space or shape differ, or the earlier one is younger than `as_of`; the
            message names both values.
    """
    artifact = RankerArtifact(folder)
    require_known_before(artifact.meta, as_of, folder)
    features = tuple(feature.name for feature in features_of(model_groups(with_graph)))
    shape = settings.model_dump(include=set(SHAPE_SETTINGS))
    # What the earlier one did not know of has today's default here, and had none there.
    known = set(SHAPE_SETTINGS) & set(artifact.details.settings)
    earlier_shape = RankerSettings.model_validate(artifact.details.settings).model_dump(include=known)
    pairs = {
        "space": (artifact.details.space, examples.details.space),
        "features": (artifact.details.features, features),
        "vocabularies": (artifact.details.vocabularies, examples.details.vocabularies),
        "shape": (earlier_shape, shape),
    }
    for name, (found, needed) in pairs.items():
        if found != needed:
            raise ContractError(
                f"{folder}: its {name} {found} differ from {needed} of {examples.folder}; "
                "train without a warm start, or from a ranker that matches"
            )
    return artifact


def load_earlier_weights(ranker: keras.Model, earlier: RankerArtifact, seed: int) -> None:
    """Loads the weights of the same seed, else of the earlier ranker's first, standardization included."""
    seeds = earlier.details.seeds
    ranker.load_weights(earlier.weights(seed if seed in seeds else seeds[0]))
