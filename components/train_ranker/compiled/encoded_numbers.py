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

COLUMNS_AT_ONCE = 16
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
        line, kernel = self._weights(self._request)
        numbers = tensorflow.concat([request[: len(self._request)], [1.0]], axis=0)
        return tensorflow.linalg.matvec(kernel, tensorflow.nn.relu6(tensorflow.linalg.matvec(line, numbers)))

    def rows(
        self, ones: tensorflow.Tensor, interaction: tensorflow.Tensor, of_contents: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """Outputs without the request's part [units, N].

        Args:
            ones: [1, N].
            interaction: Numbers that depend on the slate, or on user and content [columns, N].
            of_contents: `self.of_contents` of the candidates [units, N].
        """
        starts = range(COLUMNS_AT_ONCE, len(self._interaction), COLUMNS_AT_ONCE)
        numbers = numpy.split(self._interaction, starts)
        summands = [of_contents]
        for part, values in zip(
            numbers, tensorflow.split(interaction, [len(part) for part in numbers], axis=0), strict=True
        ):
            line, kernel = self._weights(part)
            shares = tensorflow.nn.relu6(tensorflow.matmul(line, tensorflow.concat([values, ones], axis=0)))
            summands.append(tensorflow.matmul(kernel, shares))
        return tensorflow.add_n(summands)

    def _weights(self, numbers: IntArray) -> tuple[FloatArray, FloatArray]:
        """How some numbers and a 1 become the shares of their bins, and those the outputs.

        Returns:
            [active bins, columns + 1] and [units, active bins].
        """
        columns, bins = numpy.nonzero(self._slope[numbers])
        lower, slope, kernel = (part[numbers][columns, bins] for part in (self._lower, self._slope, self._kernel))
        # One product instead of a copy, a difference and a product of each bin's own.
        line = numpy.zeros((len(columns), len(numbers) + 1), numpy.float32)
        line[numpy.arange(len(columns)), columns] = RELU6 * slope
        line[:, -1] = -RELU6 * lower * slope
        return line, numpy.ascontiguousarray(kernel.T / RELU6, numpy.float32)
