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
from components.train_ranker.piecewise_linear_encoding import PiecewiseLinearEncoding
from components.train_ranker.position_tower import PositionTower, position_columns
from components.train_ranker.records import COUNTS
from components.train_ranker.settings import RankerSettings
from components.train_ranker.slate_features import request_of_candidate
from components.train_ranker.slate_softmax import slate_softmax_loss
from components.train_ranker.spread_rows import SpreadRows
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
        self.loss_of_clicks = settings.loss
        self.numbers = Standardization()
        self.interactions = Standardization()
        self.centering = {name: CategoryCentering() for name in self.input_features.categories}
        self.cross = [make_cross_layer(settings) for _ in range(settings.cross_layers)]
        self.deep = [keras.layers.Dense(units, activation="relu") for units in settings.deep_sizes]
        self.dropout = keras.layers.Dropout(settings.dropout)
        self.reduction_dropout = keras.layers.Dropout(settings.embedding_dropout)
        self.reduction = keras.layers.Dense(settings.embedding_units, use_bias=False)
        self.encoding = PiecewiseLinearEncoding(settings.encoding_bins) if settings.encoding_bins else None
        self.encoding_reduction = keras.layers.Dense(settings.encoding_units, use_bias=False)
        self.logit = keras.layers.Dense(1)
        self.position_tower = PositionTower(settings.position_units)

    def build(self, batch_shape: Mapping[str, tuple[int | None, ...]]) -> None:  # noqa: ARG002
        """Leaves it to the layers to make their weights at the first call."""
        self.built = True

    def adapt(self, training: tensorflow.data.Dataset, candidates: int, clicks: int) -> None:
        """Takes standardization, bins and the first bias from the training split; the weights must exist.

        Args:
            training: Batches and labels.
            candidates: Candidates of the training split.
            clicks: Those of them that were clicked.
        """
        layers: dict[str, Any] = {
            NUMBERS: self.numbers,
            INTERACTIONS: self.interactions,
            POSITION: self.position_tower,
            **self.centering,
        }
        spread = SpreadRows(candidates)
        groups = spread.passing(training.map(self._column_groups), NUMBERS)
        for name, (mean, variance) in column_moments(groups).items():
            layers[name].set_moments(mean, variance)
        if self.encoding is not None:
            self.encoding.set_edges(self.numbers(spread.quantiles(self.encoding.bins + 1)).numpy())
        self.logit.bias.assign(numpy.log([clicks / (candidates - clicks)]))

    def call(self, batch: Batch, training: bool = False) -> tensorflow.Tensor:
        """Logits [M, 1] of the candidates, with the position that the batch holds."""
        raw = self.input_features(batch)
        numbers = self.numbers(raw.numbers)  # [M, C]
        first = self.network_input(numbers, raw, training)  # [M, d]
        crossed = first
        for layer in self.cross:
            crossed = layer(first, crossed)
        deep = first if self.structure == "parallel" else crossed
        if self.encoding is not None:
            deep = tensorflow.concat([deep, self.encoding_reduction(self.encoding(numbers))], axis=-1)
        for layer in self.deep:
            deep = self.dropout(layer(deep), training=training)
        joined = tensorflow.concat([crossed, deep], axis=-1) if self.structure == "parallel" else deep
        return self.logit(joined) + self.position_tower(_positions(batch))

    def compute_loss(
        self,
        x: Batch,
        y: tensorflow.Tensor,
        y_pred: tensorflow.Tensor,
        sample_weight: tensorflow.Tensor | None = None,
        training: bool = True,
    ) -> tensorflow.Tensor:
        """What training lowers, see RankerSettings.loss."""
        parts = []
        if self.loss_of_clicks != "slate_softmax":
            parts.append(super().compute_loss(x, y, y_pred, sample_weight, training))
        if self.loss_of_clicks != "log_loss":
            parts.append(slate_softmax_loss(y_pred, y, x[COUNTS]))
        return tensorflow.add_n(parts)

    def network_input(self, numbers: tensorflow.Tensor, raw: RawInputs, training: bool = False) -> tensorflow.Tensor:
        """The input x_0 [M, d]: standardized numbers, categories in their order, the reduced interactions."""
        parts = [numbers]
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
