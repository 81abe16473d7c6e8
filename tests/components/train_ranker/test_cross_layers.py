"""Cross layers against numbers computed by hand and against the paper's formulas written a second time."""

from __future__ import annotations

import keras
import numpy
import numpy.typing
import pytest

from components.train_ranker.cross_layers import (
    FullCrossLayer,
    LowRankCrossLayer,
    MixtureCrossLayer,
    make_cross_layer,
)
from components.train_ranker.settings import CrossKind, RankerSettings

Array = numpy.typing.NDArray[numpy.float32]


def inputs(rows: int = 5, size: int = 4) -> tuple[Array, Array]:
    generator = numpy.random.default_rng(0)
    return tuple(generator.normal(size=(2, rows, size)).astype(numpy.float32))


def randomize(layer: keras.layers.Layer) -> None:
    generator = numpy.random.default_rng(1)
    for weight in layer.weights:
        weight.assign(generator.normal(size=weight.shape))


def test_full_cross_layer_by_hand() -> None:
    layer = FullCrossLayer()
    first, current = numpy.array([[1.0, 2.0]], "float32"), numpy.array([[3.0, -1.0]], "float32")
    layer(first, current)
    layer.kernel.assign([[1.0, 0.5], [2.0, -1.0]])
    layer.bias.assign([0.5, 0.25])
    # current @ kernel = [3 - 2, 1.5 + 1] = [1, 2.5]; + bias = [1.5, 2.75]; * first = [1.5, 5.5]; + current
    numpy.testing.assert_allclose(layer(first, current), [[4.5, 4.5]])


def test_two_cross_layers_hold_every_product_of_two_and_of_three_inputs() -> None:
    """Degree n + 1 after n layers: scaling the input by t makes a polynomial of degree 3 in t."""
    layers = [FullCrossLayer(), FullCrossLayer()]
    first = numpy.array([[1.0, -2.0, 1.5, 0.5]], numpy.float32)

    def crossed(scale: float) -> numpy.typing.NDArray[numpy.float64]:
        current = first * numpy.float32(scale)
        for layer in layers:
            current = layer(first * numpy.float32(scale), current)
        values: numpy.typing.NDArray[numpy.float64] = numpy.asarray(current, numpy.float64)[0]
        return values

    crossed(1.0)
    for layer in layers:
        randomize(layer)
    scales = numpy.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    values = numpy.stack([crossed(scale) for scale in scales])
    third, fourth = numpy.polynomial.polynomial.polyfit(scales, values, 4)[3:]
    numpy.testing.assert_allclose(fourth, 0, atol=1e-4)
    assert (numpy.abs(third) > 1e-2).all()


def test_low_rank_layer_equals_a_full_one_with_the_product_matrix() -> None:
    first, current = inputs()
    low, full = LowRankCrossLayer(rank=2), FullCrossLayer()
    low(first, current), full(first, current)
    randomize(low)
    full.kernel.assign(low.down.numpy() @ low.up.numpy())
    full.bias.assign(low.bias)
    numpy.testing.assert_allclose(low(first, current), full(first, current), rtol=1e-5, atol=1e-5)


def test_low_rank_layer_of_full_rank_can_be_any_full_layer() -> None:
    first, current = inputs()
    low, full = LowRankCrossLayer(rank=4), FullCrossLayer()
    low(first, current), full(first, current)
    randomize(full)
    low.down.assign(full.kernel)
    low.up.assign(numpy.eye(4))
    low.bias.assign(full.bias)
    numpy.testing.assert_allclose(low(first, current), full(first, current), rtol=1e-5, atol=1e-5)


def test_a_mixture_of_one_linear_expert_equals_a_low_rank_layer() -> None:
    first, current = inputs()
    mixture, low = MixtureCrossLayer(rank=2, experts=1, activation="linear"), LowRankCrossLayer(rank=2)
    mixture(first, current), low(first, current)
    core = mixture.core.numpy()
    randomize(mixture)
    mixture.core.assign(core)  # the identity, as it starts
    low.down.assign(mixture.down)
    low.up.assign(mixture.up[0])
    low.bias.assign(mixture.bias)
    numpy.testing.assert_allclose(mixture(first, current), low(first, current), rtol=1e-5, atol=1e-5)


def test_mixture_layer_against_equations_3_and_4_expert_by_expert() -> None:
    first, current = inputs()
    layer = MixtureCrossLayer(rank=2, experts=3)
    layer(first, current)
    randomize(layer)
    down, core, up = layer.down.numpy().reshape(4, 3, 2), layer.core.numpy(), layer.up.numpy()
    gate = numpy.exp(current @ layer.gate.numpy())
    gate /= gate.sum(axis=1, keepdims=True)
    expected = current.copy()
    for expert in range(3):
        low = numpy.tanh(numpy.tanh(current @ down[:, expert]) @ core[expert])
        expected += gate[:, [expert]] * (first * (low @ up[expert] + layer.bias.numpy()))
    numpy.testing.assert_allclose(layer(first, current), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("cross", "kind"), [("full", FullCrossLayer), ("low_rank", LowRankCrossLayer), ("mixture", MixtureCrossLayer)]
)
def test_the_setting_chooses_the_layer(cross: CrossKind, kind: type) -> None:
    assert type(make_cross_layer(RankerSettings(cross=cross))) is kind
