"""Refuses artifacts that do not belong together, before anything is scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from schemas.artifact_meta import ArtifactMeta, require_known_before
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact
from schemas.ranking_features import ranking_features


def check_inputs(
    examples: ExampleArtifact,
    without_graph: RankerArtifact,
    with_graph: RankerArtifact,
    network: ArtifactMeta,
    network_folder: Path,
) -> None:
    """Checks kinds, spaces, seeds and instants.

    Args:
        examples: Whose test split is scored.
        without_graph: Must not read the graph's features.
        with_graph: Must read them.
        network: Meta of the network that made the embeddings.
        network_folder: Where it lies, for messages.

    Raises:
        ContractError: A ranker is of the other kind, of another space than the examples, has seen rows at or after the
            examples' `as_of`, the network made none of the embeddings, or the rankers have different seeds. The
            message names both values.
    """
    for ranker, wanted in ((without_graph, False), (with_graph, True)):
        if ranker.details.with_graph != wanted:
            raise ContractError(
                f"{ranker.folder}: a ranker {'with' if wanted else 'without'} the graph's features is needed, this one "
                f"was trained {'with' if ranker.details.with_graph else 'without'} them; exchange the two"
            )
        if ranker.details.space != examples.details.space:
            raise ContractError(
                f"{ranker.folder}: trained in space {ranker.details.space}, but {examples.folder} holds embeddings of "
                f"space {examples.details.space}; one ranker, one space: train it on these examples"
            )
        require_known_before(ranker.meta, examples.meta.as_of_instant, ranker.folder)
    if network.space != examples.details.space:
        raise ContractError(
            f"{network_folder}: the network of space {network.space} did not make the embeddings of {examples.folder}, "
            f"which are of space {examples.details.space}"
        )
    weights = network.details.get("weights")
    if weights is not None and examples.details.weights and weights not in examples.details.weights:
        raise ContractError(
            f"{network_folder}: the network of weights {weights} did not make the embeddings of {examples.folder}, "
            f"which come from weights {', '.join(examples.details.weights)} of the same space"
        )
    if without_graph.details.seeds != with_graph.details.seeds:
        raise ContractError(
            f"{without_graph.folder} has the seeds {without_graph.details.seeds}, {with_graph.folder} has "
            f"{with_graph.details.seeds}; a fair comparison needs the same seeds"
        )


def check_champion(champion: RankerArtifact, earlier: Sequence[ExampleArtifact], examples: ExampleArtifact) -> None:
    """Checks that the champion, and earlier test rows, can be read as these examples are.

    Args:
        champion: What the challenger is compared with.
        earlier: Examples whose test rows may be pooled.
        examples: Whose test split is scored.

    Raises:
        ContractError: A space or a vocabulary differs, or the champion reads a feature that records do not have; the
            message names both values.
    """
    known = {feature.name for feature in ranking_features()}
    unknown = sorted(set(champion.details.features) - known)
    if unknown:
        raise ContractError(
            f"{champion.folder}: the champion reads {unknown}, which no record holds any more; evaluate without it, "
            "the challenger must then beat popularity"
        )
    vocabularies = champion.details.vocabularies or examples.details.vocabularies
    others = {champion.folder: (champion.details.space, vocabularies)}
    others |= {part.folder: (part.details.space, part.details.vocabularies) for part in earlier}
    for folder, found in others.items():
        needed = (examples.details.space, examples.details.vocabularies)
        for name, value, wanted in zip(("space", "vocabularies"), found, needed, strict=True):
            if value != wanted:
                raise ContractError(
                    f"{folder}: its {name} {value} differ from {wanted} of {examples.folder}, so that its scores mean "
                    "nothing there; evaluate without it, the challenger must then beat popularity"
                )
