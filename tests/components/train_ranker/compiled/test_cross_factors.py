"""A layer that cannot be taken apart is refused by name."""

from __future__ import annotations

import keras
import numpy
import pytest

from components.train_ranker.compiled.cross_factors import cross_factors
from components.train_ranker.cross_layers import FullCrossLayer


def test_an_unknown_kind_of_layer_is_refused() -> None:
    layer = keras.layers.Dense(2)
    layer(numpy.ones((1, 3), numpy.float32))
    with pytest.raises(TypeError, match="Dense cannot be taken apart"):
        cross_factors(layer)


def test_a_full_layer_is_its_matrix_its_bias_and_nothing_else() -> None:
    layer = FullCrossLayer()
    layer(numpy.ones((1, 3), numpy.float32), numpy.ones((1, 3), numpy.float32))
    factors = cross_factors(layer)
    numpy.testing.assert_array_equal(factors.projection, layer.kernel.numpy().T)
    numpy.testing.assert_array_equal(factors.up, numpy.eye(3))
