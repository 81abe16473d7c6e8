"""The columns of the network's input that depend on the whole slate or on user and content together."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy
import tensorflow

from components.train_ranker.compiled.content_columns import ContentColumns
from components.train_ranker.compiled.derived_numbers import DerivedNumber
from components.train_ranker.compiled.input_split import InputSplit
from components.train_ranker.compiled.slate_quantiles import twice_mid_ranks
from components.train_ranker.model import Ranker
from schemas.graph_artifact import FloatArray


class SlateRows:
    """Values, ranks and differences, standardized as the network does: one multiplication and one addition a value.

    Args:
        ranker: The trained network.
        split: Of its input's columns.
        contents: What is known of each content.
    """

    def __init__(self, ranker: Ranker, split: InputSplit, contents: ContentColumns) -> None:
        mean, scale = (weight.numpy().astype(numpy.float64) for weight in (ranker.numbers.mean, ranker.numbers.scale))
        derived, slate = len(split.derived), len(split.slate)
        values = split.interaction[:derived]
        ranks = split.interaction[derived : derived + slate]
        differences = split.interaction[derived + slate : derived + 2 * slate]
        of_content = len(split.content_slate)
        self._of_slate = slate - of_content
        self._value_scale, self._value_shift = _columns(scale[values], -mean[values] * scale[values])
        self._rank_scale, self._rank_shift = _columns(scale[ranks], -mean[ranks] * scale[ranks])
        # A difference from the slate's mean stays the same where all values are shifted: around 0, sums round less.
        around = mean[[split.value_of[source] for source in split.slate]]
        self._compared_scale, self._compared_shift = _columns(
            scale[differences][of_content:], (-around * scale[differences])[of_content:]
        )
        (self._difference_shift,) = _columns(-mean[differences] * scale[differences])
        compared = (contents.compared() - around[:of_content]) * scale[differences][:of_content]
        self.compared: FloatArray = compared.astype(numpy.float32)
        """Of each content [C, sources that the content alone decides]; its columns are an input of `rows`."""
        self._content_places = int(contents.places().max()) + 1

    def rows(
        self, derived: Sequence[DerivedNumber], compared: tensorflow.Tensor, places: tensorflow.Tensor
    ) -> list[tensorflow.Tensor]:
        """Standardized rows: values of the derived numbers, ranks and differences of the slate's sources.

        Args:
            derived: In the order of InputSplit.derived.
            compared: `self.compared` of the candidates [sources, N].
            places: ContentColumns.places of the candidates, int32 [sources, N].

        Returns:
            [rows, N] each, not cut off yet.
        """
        values = tensorflow.stack([number.values for number in derived])  # [derived, N]
        places = tensorflow.concat([places, self._places(derived[: self._of_slate])], axis=0)
        end = sum((number.code_count for number in derived[: self._of_slate]), self._content_places)
        twice_count = tensorflow.cast(2 * tensorflow.shape(values)[1], tensorflow.float32)
        ranks = twice_mid_ranks(places, end) * (self._rank_scale / twice_count) + self._rank_shift
        shifted = values[: self._of_slate] * self._compared_scale + self._compared_shift
        compared = tensorflow.concat([compared, shifted], axis=0)
        mean = tensorflow.reduce_mean(compared, axis=1, keepdims=True)
        differences = compared + (self._difference_shift - mean)
        return [values * self._value_scale + self._value_shift, ranks, differences]

    def _places(self, derived: Sequence[DerivedNumber]) -> tensorflow.Tensor:
        """Codes of derived numbers, each row's beyond those of the contents' columns and of the rows before."""
        starts = itertools.accumulate((number.code_count for number in derived), initial=self._content_places)
        begin = tensorflow.stack([start for start, _ in zip(starts, derived, strict=False)])
        return tensorflow.stack([number.codes for number in derived]) + tensorflow.reshape(begin, [-1, 1])


def _columns(*vectors: FloatArray) -> tuple[FloatArray, ...]:
    """Each vector as a column [rows, 1] of float32."""
    return tuple(vector.astype(numpy.float32)[:, None] for vector in vectors)
