"""What the exported ranker must know of its examples besides the tables."""

from __future__ import annotations

import dataclasses

from schemas.example_artifact import ExampleArtifact
from schemas.instants import Duration, Instant


@dataclasses.dataclass(frozen=True)
class ServingFacts:
    """Constants of the serving graph.

    Attributes:
        space: The space of the embeddings; a user's vector of another one counts as a cold user's.
        embedding_size: Values of one embedding.
        as_of: An instant on the refresh grid.
        refresh: Distance between refreshes, microseconds.
        user_smoothing: k of the user's click rate.
        user_kind_smoothing: k of the user's click rate on a kind of content.
        prior_click_rate: The prior of smoothed click rates.
        slate_size: What the slate's size is fixed at.
        vocabularies: Values of each feature with a vocabulary.
    """

    space: str
    embedding_size: int
    as_of: Instant
    refresh: Duration
    user_smoothing: float
    user_kind_smoothing: float
    prior_click_rate: float
    slate_size: float
    vocabularies: dict[str, tuple[str, ...]]

    @classmethod
    def of_examples(cls, examples: ExampleArtifact) -> ServingFacts:
        """The facts of an examples artifact."""
        details = examples.details
        return cls(
            space=details.space,
            embedding_size=details.embedding_size,
            as_of=examples.meta.as_of_instant,
            refresh=details.refresh,
            user_smoothing=details.smoothing if details.user_smoothing is None else details.user_smoothing,
            user_kind_smoothing=details.smoothing
            if details.user_kind_smoothing is None
            else details.user_kind_smoothing,
            prior_click_rate=details.prior_click_rate,
            slate_size=details.training_slate_size,
            vocabularies=details.vocabularies,
        )
