r"""Cross layers as factors of the network's input.

Every cross layer adds $x_0 \odot (U z_l + b)$ to $x_l$, where $z_l$ is made of $V^T x_l$. The output of layer l is
therefore $x_0 \odot f_l$ with $f_l = 1 + \sum_{k<l} (U_k z_k + b_k)$: the part of x_0 that all candidates share need
never be repeated for each of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras
import numpy
import tensorflow

from components.train_ranker.cross_layers import FullCrossLayer, LowRankCrossLayer, MixtureCrossLayer
from schemas.graph_artifact import FloatArray

Latent = Callable[[tensorflow.Tensor], tensorflow.Tensor]


@dataclasses.dataclass(frozen=True)
class CrossFactors:
    """One layer, read transposed: one column a candidate.

    Attributes:
        projection: V^T [p, d].
        latent: Makes z [q, N] of V^T x [p, N].
        up: U [d, q].
        bias: b [d].
    """

    projection: FloatArray
    latent: Latent
    up: FloatArray
    bias: FloatArray


def cross_factors(layer: keras.layers.Layer) -> CrossFactors:
    """Takes a trained cross layer apart."""
    bias = layer.bias.numpy()
    if isinstance(layer, FullCrossLayer):
        return CrossFactors(
            layer.kernel.numpy().T, tensorflow.identity, numpy.eye(len(bias), dtype=numpy.float32), bias
        )
    if isinstance(layer, LowRankCrossLayer):
        return CrossFactors(layer.down.numpy().T, tensorflow.identity, layer.up.numpy().T, bias)
    if isinstance(layer, MixtureCrossLayer):
        projection = numpy.concatenate([layer.down.numpy().T, layer.gate.numpy().T])
        up = layer.up.numpy().reshape(-1, len(bias)).T  # [d, K r]
        return CrossFactors(projection, _mixture(layer), up, bias)
    raise TypeError(f"a cross layer of type {type(layer).__name__} cannot be taken apart; add it to {__name__}")


def _mixture(layer: MixtureCrossLayer) -> Latent:
    experts, rank = layer.experts, layer.rank
    core = tensorflow.constant(layer.core.numpy().transpose(0, 2, 1))  # [K, r, r]

    def latent(projected: tensorflow.Tensor) -> tensorflow.Tensor:
        low, gate = tensorflow.split(projected, [experts * rank, experts], axis=0)
        low = layer.activation(tensorflow.reshape(low, [experts, rank, -1]))
        low = layer.activation(tensorflow.matmul(core, low))  # [K, r, N]
        gated = tensorflow.nn.softmax(gate, axis=0)[:, tensorflow.newaxis] * low
        return tensorflow.reshape(gated, [experts * rank, -1])

    return latent
