"""What the examples of a refresh take over from the ranker that will be trained on with them."""

from __future__ import annotations

from pathlib import Path

from components.write_examples.vocabularies import Vocabularies
from schemas.errors import ContractError
from schemas.instants import format_instant
from schemas.ranker_artifact import RankerArtifact
from schemas.ranking_features import FEATURES_FILE, ranking_features
from schemas.timeline import Timeline


def vocabularies_of_earlier(folder: Path, timeline: Timeline, space: str) -> Vocabularies:
    """The vocabularies of the earlier ranker: its weights know no others, whatever has come up since.

    Args:
        folder: The ranker artifact.
        timeline: Of the refresh.
        space: Of the embeddings.

    Raises:
        ContractError: The ranker has trained on rows until another instant than the timeline says, so that rows would
            be lost or tested after having been trained on; or it is of another space or of other features. The message
            names both values.
    """
    artifact = RankerArtifact(folder)
    if artifact.meta.as_of_instant != timeline.trained_until:
        until = "none" if timeline.trained_until is None else format_instant(timeline.trained_until)
        raise ContractError(
            f"{folder}: trained on rows before {artifact.meta.as_of}, the refresh goes on from {until}; "
            "name the as_of of this ranker as trained_until"
        )
    if artifact.details.space != space:
        raise ContractError(
            f"{folder}: trained in space {artifact.details.space}, the embeddings are of space {space}; "
            "start from a ranker of the same network"
        )
    declared = {feature.name for feature in ranking_features() if feature.vocabulary}
    if set(artifact.details.vocabularies) != declared:
        raise ContractError(
            f"{folder}: has vocabularies of {sorted(artifact.details.vocabularies)}, {FEATURES_FILE} declares those of "
            f"{sorted(declared)}; train a ranker anew with the daily pipeline"
        )
    return artifact.details.vocabularies
