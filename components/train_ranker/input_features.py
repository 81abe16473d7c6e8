"""Features of a batch as the network's input columns: transforms, slate features and embedding interactions."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Literal

import tensorflow

from components.train_ranker.records import COUNTS
from components.train_ranker.settings import EmbeddingInteraction
from components.train_ranker.slate_features import request_of_candidate, slate_difference, slate_rank
from schemas.errors import ContractError
from schemas.ranking_features import Level, RankingFeature

SMALLEST_RATE = 1e-6
"""Click rates are kept this far from 0 and 1 before the logit."""

NUMBER_TRANSFORMS = ("none", "log1p", "logit")
USER_EMBEDDING = "user_embedding"
CONTENT_EMBEDDING = "content_embedding"
DOT_PRODUCT = "embedding_dot_product"
"""Source of the columns that are made of the two embeddings' dot product."""

Batch = Mapping[str, tensorflow.Tensor]
Derivation = Literal["value", "slate_rank", "slate_difference"]


@dataclasses.dataclass(frozen=True)
class NumberColumn:
    """What one column of RawInputs.numbers holds.

    Attributes:
        source: Name of the feature, or DOT_PRODUCT.
        level: `request` where it is the same for all candidates of a request.
        derivation: The transformed value, or what slate_features makes of it.
    """

    source: str
    level: Level
    derivation: Derivation


@dataclasses.dataclass(frozen=True)
class RawInputs:
    """Input columns of M candidates before standardization.

    Attributes:
        numbers: Transformed numbers, their slate ranks and slate differences [M, C].
        categories: One-hot encodings by feature [M, categories].
        interactions: Element-wise products (and vectors) of the embeddings [M, I]; None where they are not read.
    """

    numbers: tensorflow.Tensor
    categories: dict[str, tensorflow.Tensor]
    interactions: tensorflow.Tensor | None


class InputFeatures:
    """Turns batches into raw input columns; it holds no weights.

    Args:
        features: The features that the ranker reads, position aside.
        vocabularies: Values of each feature with a vocabulary.
        embedding_interaction: What is read of the embeddings.

    Raises:
        ContractError: A category has neither a vocabulary nor a number of categories.
    """

    def __init__(
        self,
        features: Sequence[RankingFeature],
        vocabularies: Mapping[str, Sequence[str]],
        embedding_interaction: EmbeddingInteraction,
    ) -> None:
        self.request_numbers = _by_transform(features, "request")
        self._candidate_numbers = _by_transform(features, "candidate")
        self._slate_columns = [number for number, feature in enumerate(self._candidate_numbers) if feature.slate]
        self.category_features = [feature for feature in features if feature.transform == "one_hot"]
        self.categories = {feature.name: _category_count(feature, vocabularies) for feature in self.category_features}
        self.with_embeddings = any(feature.name == USER_EMBEDDING for feature in features)
        self.embedding_interaction = embedding_interaction

    @property
    def number_columns(self) -> tuple[NumberColumn, ...]:
        """The columns of RawInputs.numbers in their order."""
        dot = [DOT_PRODUCT] if self.with_embeddings else []
        slate = [self._candidate_numbers[number].name for number in self._slate_columns] + dot
        candidate = [feature.name for feature in self._candidate_numbers] + dot
        return (
            *(NumberColumn(feature.name, "request", "value") for feature in self.request_numbers),
            *(NumberColumn(name, "candidate", "value") for name in candidate),
            *(NumberColumn(name, "candidate", "slate_rank") for name in slate),
            *(NumberColumn(name, "candidate", "slate_difference") for name in slate),
        )

    def __call__(self, batch: Batch) -> RawInputs:
        """Computes the columns of the candidates.

        Args:
            batch: Request features [B, size], candidate features [M, size], COUNTS [B].
        """
        counts = batch[COUNTS]
        request = request_of_candidate(counts)  # [M]
        of_candidates = transformed_numbers(self._candidate_numbers, batch)
        # Ranks are of the values as they were recorded: every transform is monotone, but may round equal values apart
        # where they stand in different lanes of a vector instruction, and a tie that breaks moves a rank.
        ranked = tensorflow.gather(_recorded(self._candidate_numbers, batch), self._slate_columns, axis=1)
        compared = tensorflow.gather(of_candidates, self._slate_columns, axis=1)
        interactions = None
        if self.with_embeddings:
            user, content = tensorflow.gather(batch[USER_EMBEDDING], request), batch[CONTENT_EMBEDDING]  # [M, D]
            dot = dot_product(user, content)  # [M, 1]
            of_candidates = tensorflow.concat([of_candidates, dot], axis=-1)
            ranked = tensorflow.concat([ranked, dot], axis=-1)
            compared = tensorflow.concat([compared, dot], axis=-1)
            interactions = self._interactions(user, content)
        of_requests = tensorflow.gather(transformed_numbers(self.request_numbers, batch), request)
        numbers = [of_requests, of_candidates, slate_rank(ranked, counts), slate_difference(compared, counts)]
        return RawInputs(tensorflow.concat(numbers, axis=-1), self._one_hot(batch, request), interactions)

    def _interactions(self, user: tensorflow.Tensor, content: tensorflow.Tensor) -> tensorflow.Tensor | None:
        if self.embedding_interaction == "dot":
            return None
        if self.embedding_interaction == "product":
            return user * content
        return tensorflow.concat([user * content, user, content], axis=-1)

    def _one_hot(self, batch: Batch, request: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        encoded = {}
        for feature in self.category_features:
            one_hot = tensorflow.one_hot(batch[feature.name][:, 0], self.categories[feature.name])
            encoded[feature.name] = tensorflow.gather(one_hot, request) if feature.level == "request" else one_hot
        return encoded


def dot_product(user: tensorflow.Tensor, content: tensorflow.Tensor) -> tensorflow.Tensor:
    """Dot product of each row, [M, D] each -> [M, 1].

    Summed in float64: contents with the same vector must tie in every batch, and the last bit of a float32 sum may
    depend on where in the batch its row stands.
    """
    products = tensorflow.cast(user, tensorflow.float64) * tensorflow.cast(content, tensorflow.float64)
    return tensorflow.cast(tensorflow.reduce_sum(products, axis=-1, keepdims=True), user.dtype)


def transform_numbers(transform: str, values: tensorflow.Tensor) -> tensorflow.Tensor:
    """Applies a declared transform of numbers, element by element."""
    if transform == "log1p":
        return tensorflow.math.log1p(tensorflow.maximum(values, 0))
    if transform == "logit":
        rate = tensorflow.clip_by_value(values, SMALLEST_RATE, 1 - SMALLEST_RATE)
        return tensorflow.math.log(rate) - tensorflow.math.log1p(-rate)
    return values


def _by_transform(features: Sequence[RankingFeature], level: str) -> list[RankingFeature]:
    """The numbers of one level, those of one transform side by side."""
    return [
        feature
        for transform in NUMBER_TRANSFORMS
        for feature in features
        if feature.level == level and feature.transform == transform
    ]


def transformed_numbers(features: Sequence[RankingFeature], batch: Batch) -> tensorflow.Tensor:
    """Transformed columns [rows, C] in the order of _by_transform."""
    parts = []
    for transform in NUMBER_TRANSFORMS:
        values = [
            tensorflow.cast(batch[feature.name], tensorflow.float32)
            for feature in features
            if feature.transform == transform
        ]
        if values:
            parts.append(transform_numbers(transform, tensorflow.concat(values, axis=-1)))
    return tensorflow.concat(parts, axis=-1)


def _recorded(features: Sequence[RankingFeature], batch: Batch) -> tensorflow.Tensor:
    """Columns before their transforms [rows, C] in the order of _by_transform."""
    return tensorflow.concat(
        [tensorflow.cast(batch[feature.name], tensorflow.float32) for feature in features], axis=-1
    )


def _category_count(feature: RankingFeature, vocabularies: Mapping[str, Sequence[str]]) -> int:
    """Codes of a category: as declared, or the vocabulary's values and 0 for an unknown one."""
    if feature.categories is not None:
        return feature.categories
    if feature.name not in vocabularies:
        raise ContractError(
            f"feature '{feature.name}': one_hot, but the examples' meta.json holds no vocabulary for it; "
            f"there are {sorted(vocabularies)}; write the examples anew"
        )
    return len(vocabularies[feature.name]) + 1
