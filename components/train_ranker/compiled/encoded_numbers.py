"""The piecewise linear encoding behind its linear layer, for numbers that are split by what they depend on."""

from __future__ import annotations

import numpy
import tensorflow

from components.train_ranker.compiled.content_columns import ContentColumns
from components.train_ranker.compiled.input_split import InputSplit
from components.train_ranker.piecewise_linear_encoding import PiecewiseLinearEncoding
from schemas.graph_artifact import FloatArray, IntArray

RELU6 = 6
"""Where the operation that cuts off cheapest does so; a bin's share is counted in sixths."""

COLUMNS_AT_ONCE = 8
"""So few that their bins, of 2,000 candidates, stay in a processor's own cache between one operation and the next."""


class EncodedNumbers:
    """Sums the linear layer's outputs over the numbers of the request, of the content, and of both.

    Args:
        encoding: Of a trained network.
        kernel: Of its linear layer on the encoding [C * B, units].
        split: Of its input's columns.
        contents: What is known of each content.
    """

    def __init__(
        self, encoding: PiecewiseLinearEncoding, kernel: FloatArray, split: InputSplit, contents: ContentColumns
    ) -> None:
        self._lower, self._slope = encoding.lower.numpy(), encoding.slope.numpy()  # [C, B]
        count, bins = self._lower.shape
        self._kernel: FloatArray = kernel.reshape(count, bins, -1)  # [C, B, units]
        # Numbers come first in x_0, categories and reduced interactions behind them.
        self._request, content, self._interaction = (
            part[part < count] for part in (split.request, split.content, split.interaction)
        )
        inputs = contents.inputs[:, : len(content)]
        lower, slope = self._lower[content], self._slope[content]
        # Every bin counts from its middle; bins that are off stand below theirs.
        middle = -self._kernel.sum(axis=(0, 1)) / 2
        self.of_contents: FloatArray = numpy.tile(middle, (len(inputs), 1))
        """What the contents' own numbers add, and what bins count from [contents, units]."""
        for column, number in enumerate(content):
            share = numpy.clip((inputs[:, [column]] - lower[column]) * slope[column], 0, 1)
            self.of_contents += share @ self._kernel[number]

    def of_request(self, request: tensorflow.Tensor) -> tensorflow.Tensor:
        """What the request's numbers add for every candidate [units].

        Args:
            request: What the candidates share of x_0, numbers first [request columns].
        """
        numbers = request[: len(self._request), tensorflow.newaxis]
        return self._shares(numbers, self._request)[:, 0]

    def rows(self, interaction: tensorflow.Tensor, of_contents: tensorflow.Tensor) -> tensorflow.Tensor:
        """Outputs without the request's part [units, N].

        Args:
            interaction: Columns that depend on the slate, or on user and content, numbers first [columns, N].
            of_contents: `self.of_contents` of the candidates [units, N].
        """
        parts = [
            slice(start, start + COLUMNS_AT_ONCE) for start in range(0, len(self._interaction), COLUMNS_AT_ONCE)
        ]
        return tensorflow.add_n(
            [of_contents, *(self._shares(interaction[part], self._interaction[part]) for part in parts)]
        )

    def _shares(self, values: tensorflow.Tensor, numbers: IntArray) -> tensorflow.Tensor:
        """What some numbers [columns, N] add [units, N]."""
        columns, bins = numpy.nonzero(self._slope[numbers])
        lower, slope, kernel = (
            part[numbers][columns, bins] for part in (self._lower, self._slope, self._kernel)
        )  # [active bins], [active bins], [active bins, units]
        # One product instead of a copy, a difference and a product of each bin's own.
        line = numpy.zeros((len(columns), len(numbers) + 1), numpy.float32)
        line[numpy.arange(len(columns)), columns] = RELU6 * slope
        line[:, -1] = -RELU6 * lower * slope
        offset = tensorflow.matmul(line, tensorflow.concat([values, tensorflow.ones_like(values[:1])], axis=0))
        return tensorflow.matmul(numpy.ascontiguousarray(kernel.T) / RELU6, tensorflow.nn.relu6(offset))
