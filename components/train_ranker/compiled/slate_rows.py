"""The columns of the network's input that depend on the whole slate or on user and content together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import tensorflow

from components.train_ranker.compiled.content_columns import ContentColumns
from components.train_ranker.compiled.derived_numbers import DerivedNumber
from components.train_ranker.compiled.input_split import InputSplit
from components.train_ranker.compiled.slate_quantiles import twice_mid_ranks
from components.train_ranker.model import Ranker
from components.train_ranker.standardization import LARGEST
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
        self._of_slate = split.derived_of_slate
        self._value_scale, self._value_shift = _columns(scale[values], -mean[values] * scale[values])
        self._rank_scale, self._rank_shift = _columns(scale[ranks], -mean[ranks] * scale[ranks])
        # A difference from the slate's mean stays the same where all values are shifted: around 0, sums round less.
        around = mean[[split.value_of[source] for source in split.slate]]
        self._compared_scale, self._compared_shift = _columns(
            scale[differences][: self._of_slate], (-around * scale[differences])[: self._of_slate]
        )
        (self._difference_shift,) = _columns(-mean[differences] * scale[differences])
        compared = (contents.compared() - around[self._of_slate :]) * scale[differences][self._of_slate :]
        self.compared: FloatArray = compared.astype(numpy.float32)
        """Of each content [C, sources that the content alone decides]; its columns are an input of `rows`."""
        self._code_counts = [int(column.max()) + 1 for column in contents.codes().T]

    def rows(
        self, derived: Sequence[DerivedNumber], compared: tensorflow.Tensor, codes: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """Standardized rows: values of the derived numbers, ranks and differences of the slate's sources.

        Args:
            derived: In the order of InputSplit.derived.
            compared: `self.compared` of the candidates [sources, N].
            codes: ContentColumns.codes of the candidates, int32 [sources, N].

        Returns:
            [rows, N].
        """
        values = tensorflow.stack([number.values for number in derived])  # [derived, N]
        of_slate = derived[: self._of_slate]
        all_codes = tensorflow.concat([tensorflow.stack([number.codes for number in of_slate]), codes], axis=0)
        code_counts = tensorflow.stack([*(number.code_count for number in of_slate), *self._code_counts])
        twice_count = tensorflow.cast(2 * tensorflow.shape(values)[1], tensorflow.float32)
        ranks = twice_mid_ranks(all_codes, code_counts) * (self._rank_scale / twice_count) + self._rank_shift
        shifted = values[: self._of_slate] * self._compared_scale + self._compared_shift
        compared = tensorflow.concat([shifted, compared], axis=0)
        mean = tensorflow.reduce_mean(compared, axis=1, keepdims=True)
        differences = compared + (self._difference_shift - mean)
        rows = tensorflow.concat([values * self._value_scale + self._value_shift, ranks, differences], axis=0)
        return tensorflow.raw_ops.ClipByValue(t=rows, clip_value_min=-LARGEST, clip_value_max=LARGEST)


def _columns(*vectors: FloatArray) -> tuple[FloatArray, ...]:
    """Each vector as a column [rows, 1] of float32."""
    return tuple(vector.astype(numpy.float32)[:, None] for vector in vectors)
