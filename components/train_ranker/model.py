"""The ranker: deep & cross network v2 over a request's candidates.

Source: Wang et al., "DCN V2", WWW 2021, section 3; the parallel and the stacked structure are its figure 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy
import tensorflow

from components.train_ranker.cross_layers import make_cross_layer
from components.train_ranker.input_features import Batch, InputFeatures, RawInputs
from components.train_ranker.moments import column_moments
from components.train_ranker.position_tower import PositionTower, position_columns
from components.train_ranker.records import COUNTS
from components.train_ranker.settings import RankerSettings
from components.train_ranker.slate_features import request_of_candidate
from components.train_ranker.standardization import CategoryCentering, Standardization
from schemas.ranking_features import RankingFeature

NUMBERS, INTERACTIONS, POSITION = "numbers", "interactions", "position"


class Ranker(keras.Model):
    """Logit of a click for every candidate of a batch of requests.

    Args:
        features: The features that it reads, position aside.
        vocabularies: Values of each feature with a vocabulary.
        settings: Shape and regularization.

    Shapes: a batch as records.parse_requests makes it, to logits [M, 1] of its candidates.
    """

    def __init__(
        self,
        features: Sequence[RankingFeature],
        vocabularies: Mapping[str, Sequence[str]],
        settings: RankerSettings,
    ) -> None:
        super().__init__()
        self.input_features = InputFeatures(features, vocabularies, settings.embedding_interaction)
        self.structure = settings.structure
        self.numbers = Standardization()
        self.interactions = Standardization()
        self.centering = {name: CategoryCentering() for name in self.input_features.categories}
        self.cross = [make_cross_layer(settings) for _ in range(settings.cross_layers)]
        self.deep = [keras.layers.Dense(units, activation="relu") for units in settings.deep_sizes]
        self.dropout = keras.layers.Dropout(settings.dropout)
        self.reduction_dropout = keras.layers.Dropout(settings.embedding_dropout)
        self.reduction = keras.layers.Dense(settings.embedding_units, use_bias=False)
        self.logit = keras.layers.Dense(1)
        self.position_tower = PositionTower(settings.position_units)

    def build(self, batch_shape: Mapping[str, tuple[int | None, ...]]) -> None:  # noqa: ARG002
        """Leaves it to the layers to make their weights at the first call."""
        self.built = True

    def adapt(self, training: tensorflow.data.Dataset, click_rate: float) -> None:
        """Takes standardization and the first bias from the training split; the weights must exist.

        Args:
            training: Batches and labels.
            click_rate: Clicks of the training split / its candidates.
        """
        layers: dict[str, Any] = {
            NUMBERS: self.numbers,
            INTERACTIONS: self.interactions,
            POSITION: self.position_tower,
            **self.centering,
        }
        for name, (mean, variance) in column_moments(training.map(self._column_groups)).items():
            layers[name].set_moments(mean, variance)
        self.logit.bias.assign(numpy.log([click_rate / (1 - click_rate)]))

    def call(self, batch: Batch, training: bool = False) -> tensorflow.Tensor:
        """Logits [M, 1] of the candidates, with the position that the batch holds."""
        first = self.network_input(self.input_features(batch), training)  # [M, d]
        crossed = first
        for layer in self.cross:
            crossed = layer(first, crossed)
        deep = first if self.structure == "parallel" else crossed
        for layer in self.deep:
            deep = self.dropout(layer(deep), training=training)
        joined = tensorflow.concat([crossed, deep], axis=-1) if self.structure == "parallel" else deep
        return self.logit(joined) + self.position_tower(_positions(batch))

    def network_input(self, raw: RawInputs, training: bool = False) -> tensorflow.Tensor:
        """The standardized input x_0 [M, d]: numbers, categories in their order, the reduced interactions."""
        parts = [self.numbers(raw.numbers)]
        parts += [self.centering[name](one_hot) for name, one_hot in raw.categories.items()]
        if raw.interactions is not None:
            standardized = self.interactions(raw.interactions)
            parts.append(self.reduction(self.reduction_dropout(standardized, training=training)))
        return tensorflow.concat(parts, axis=-1)

    def _column_groups(self, batch: Batch, _labels: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        raw = self.input_features(batch)
        groups = {NUMBERS: raw.numbers, POSITION: _positions(batch), **raw.categories}
        return groups if raw.interactions is None else {**groups, INTERACTIONS: raw.interactions}


def _positions(batch: Batch) -> tensorflow.Tensor:
    """Position columns of the candidates [M, 3]."""
    return position_columns(batch["slot"], tensorflow.gather(batch["slate_size"], request_of_candidate(batch[COUNTS])))
