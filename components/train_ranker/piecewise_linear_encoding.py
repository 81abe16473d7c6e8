"""Piecewise linear encoding of numbers, so that dense layers can bend where a tree would split."""

from __future__ import annotations

import keras
import numpy
import numpy.typing
import tensorflow

NARROWEST_BIN = 0.01
"""A bin narrower than this share of a standard deviation is switched off: its slope would only magnify rounding."""


class PiecewiseLinearEncoding(keras.layers.Layer):
    """How far a value has come through each of its column's bins: 0 below it, 1 above it, a share within it.

    Bins lie between quantiles of the training split. A linear layer on top is a continuous, piecewise linear function
    of every column.

    Source: Gorishniy et al., "On Embeddings for Numerical Features in Tabular Deep Learning", NeurIPS 2022,
    section 3.2.1 (bins between quantiles), here cut off at both ends and moved to the middle, -0.5 to 0.5.

    Args:
        bins: Bins of each column, B.

    Shapes: values [M, C] to encodings [M, C * B].
    """

    def __init__(self, bins: int) -> None:
        super().__init__()
        self.bins = bins

    def build(self, values_shape: tuple[int, ...]) -> None:
        """Makes the bins of inputs [M, C]."""
        shape = (values_shape[-1], self.bins)
        self.lower = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="lower")
        self.slope = self.add_weight(shape=shape, initializer="zeros", trainable=False, name="slope")
        self.built = True

    def set_edges(self, edges: numpy.typing.NDArray[numpy.float32]) -> None:
        """Takes over the bins' edges in ascending order, float32 [B + 1, C]."""
        width = numpy.diff(edges, axis=0).T  # [C, B]
        narrow = width < NARROWEST_BIN
        self.lower.assign(edges[:-1].T)
        self.slope.assign(numpy.where(narrow, 0, 1 / numpy.where(narrow, 1, width)))

    def call(self, values: tensorflow.Tensor) -> tensorflow.Tensor:
        """Encodes standardized values [M, C]."""
        share = tensorflow.clip_by_value((values[:, :, None] - self.lower) * self.slope, 0, 1)  # [M, C, B]
        return tensorflow.reshape(share - 0.5, [-1, values.shape[-1] * self.bins])
