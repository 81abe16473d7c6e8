"""Standardization by the training split's moments, kept as weights of the model."""

from __future__ import annotations

import keras
import numpy
import numpy.typing
import tensorflow

CONSTANT_VARIANCE = 1e-6
"""A column that varies less in training is switched off: its scale would only magnify rounding."""

LARGEST = 5.0
"""Standardized values are cut off here: a cross network is a polynomial, and an outlier would decide alone."""

Moments = numpy.typing.NDArray[numpy.float64]


class Standardization(keras.layers.Layer):
    """Shifts and scales each column to mean 0 and variance 1 on the training split.

    A column without variance in training becomes 0 whatever its value.

    Shapes: input and output [M, C].
    """

    def build(self, values_shape: tuple[int, ...]) -> None:
        """Makes the moments of inputs [M, C]."""
        size = values_shape[-1]
        self.mean = self.add_weight(shape=(size,), initializer="zeros", trainable=False, name="mean")
        self.scale = self.add_weight(shape=(size,), initializer="ones", trainable=False, name="scale")
        self.built = True

    def set_moments(self, mean: Moments, variance: Moments) -> None:
        """Takes over the training split's moments, float64 [C]."""
        constant = variance < CONSTANT_VARIANCE
        self.mean.assign(mean.astype(numpy.float32))
        scale = numpy.where(constant, 0, 1 / numpy.sqrt(numpy.where(constant, 1, variance)))
        self.scale.assign(scale.astype(numpy.float32))

    def call(self, values: tensorflow.Tensor) -> tensorflow.Tensor:
        """Standardizes [M, C]."""
        return tensorflow.clip_by_value((values - self.mean) * self.scale, -LARGEST, LARGEST)


class CategoryCentering(keras.layers.Layer):
    """Subtracts from a one-hot encoding the categories' shares of the training split.

    A category that training never saw (a weekday after three other days) has no weight worth reading: it counts as
    the average, a row of zeros.

    Shapes: input and output [M, categories].
    """

    def build(self, one_hot_shape: tuple[int, ...]) -> None:
        """Makes the shares of encodings [M, categories]."""
        size = one_hot_shape[-1]
        self.share = self.add_weight(shape=(size,), initializer="zeros", trainable=False, name="share")
        self.built = True

    def set_moments(self, mean: Moments, _variance: Moments) -> None:
        """Takes over the categories' shares, float64 [categories]."""
        self.share.assign(mean.astype(numpy.float32))

    def call(self, one_hot: tensorflow.Tensor) -> tensorflow.Tensor:
        """Centers [M, categories]."""
        known = one_hot * tensorflow.cast(self.share > 0, one_hot.dtype)
        return known - self.share * tensorflow.reduce_sum(known, axis=-1, keepdims=True)
