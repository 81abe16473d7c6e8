"""The piecewise linear encoding: what bins mean, and what a linear layer on top can draw."""

from __future__ import annotations

import numpy
import numpy.typing
import tensorflow

from components.train_ranker.piecewise_linear_encoding import NARROWEST_BIN, PiecewiseLinearEncoding


def encoding(edges: numpy.typing.ArrayLike) -> PiecewiseLinearEncoding:
    """The encoding of one column with these edges."""
    layer = PiecewiseLinearEncoding(bins=len(numpy.asarray(edges)) - 1)
    layer(tensorflow.zeros([1, 1]))
    layer.set_edges(numpy.asarray(edges, numpy.float32)[:, None])
    return layer


def test_a_value_fills_the_bins_below_it_and_a_share_of_its_own() -> None:
    encoded = encoding([-1, 0, 2])(numpy.array([[-3], [-0.75], [0.5], [9]], numpy.float32))
    numpy.testing.assert_allclose(encoded, [[-0.5, -0.5], [-0.25, -0.5], [0.5, -0.25], [0.5, 0.5]])


def test_a_linear_layer_on_top_draws_any_line_through_the_edges() -> None:
    edges, heights = numpy.array([-2.0, -0.5, 0.1, 1.5]), numpy.array([3.0, -1.0, 4.0, 0.0])
    values = numpy.linspace(-2, 1.5, 50, dtype=numpy.float32)
    encoded = encoding(edges)(values[:, None]).numpy()
    drawn = (encoded + 0.5) @ numpy.diff(heights) + heights[0]
    numpy.testing.assert_allclose(drawn, numpy.interp(values, edges, heights), atol=1e-5)


def test_a_bin_too_narrow_for_a_slope_is_off() -> None:
    layer = encoding([0, 0, NARROWEST_BIN / 2, 1])
    encoded = layer(numpy.array([[-1], [0.001], [5]], numpy.float32)).numpy()
    numpy.testing.assert_array_equal(encoded[:, :2], -0.5)
    assert encoded[2, 2] == 0.5


def test_columns_are_encoded_each_by_its_own_bins() -> None:
    layer = PiecewiseLinearEncoding(bins=2)
    layer(tensorflow.zeros([1, 2]))
    layer.set_edges(numpy.array([[0, 10], [1, 20], [2, 40]], numpy.float32))
    encoded = layer(numpy.array([[1.5, 15]], numpy.float32))
    numpy.testing.assert_allclose(encoded, [[0.5, 0, 0, -0.5]])
