"""The trained network on an input that is split by what it depends on.

Everything is transposed, one column a candidate: rows of inputs join without a copy of each value, and a matrix product
with few rows and many columns is the faster one.
"""

from __future__ import annotations

import numpy
import tensorflow

from components.train_ranker.compiled.cross_factors import cross_factors
from components.train_ranker.compiled.input_split import InputSplit
from components.train_ranker.model import Ranker
from schemas.graph_artifact import FloatArray


class CompiledNetwork:
    """Logits of the candidates of one request.

    Args:
        ranker: The trained network.
        split: Of its input's columns.
        fixed: Logit of the position that serving fixes.
    """

    def __init__(self, ranker: Ranker, split: InputSplit, fixed: float) -> None:
        self._split = split
        self._candidate = numpy.concatenate([split.content, split.interaction])
        self._parallel = ranker.structure == "parallel"
        self._cross = [cross_factors(layer) for layer in ranker.cross]
        first, *self._deep = [_with_bias_unit(layer.kernel.numpy().T, layer.bias.numpy()) for layer in ranker.deep]
        # The first dense layer reads the crossed input, as long as x_0, and then the encoded numbers.
        size = len(self._cross[0].bias)
        self._first_deep, self._of_encoded, self._first_bias = first[:, :size], first[:, size:-1], first[:, -1]
        kernel = ranker.logit.kernel.numpy().T  # [1, outputs]
        crossed = len(self._cross[0].bias) if self._parallel else 0
        bias = ranker.logit.bias.numpy()[:, None] + numpy.float32(fixed)
        self._logit_of_crossed = kernel[:, :crossed]
        self._logit_of_deep = numpy.concatenate([kernel[:, crossed:], bias], axis=1)

    def logits(
        self,
        request: tensorflow.Tensor,
        inputs: tensorflow.Tensor,
        encoded: tuple[tensorflow.Tensor, tensorflow.Tensor] | None = None,
    ) -> tensorflow.Tensor:
        """Scores the candidates.

        Args:
            request: What they share of x_0 [request columns].
            inputs: Ones, the columns that their contents decide, those that depend on both [1 + p, N].
            encoded: Their encoded numbers behind the linear layer, in two summands: the part that they share [units]
                and their own [units, N]; None for a network without them.

        Returns:
            [N].
        """
        zero = numpy.zeros(len(self._cross[0].projection), numpy.float32)
        projected = tensorflow.matmul(self._weights(self._cross[0].projection, zero, request), inputs)
        bias = tensorflow.constant(self._first_bias)
        if encoded is not None:
            shared, own = encoded
            bias += tensorflow.linalg.matvec(self._of_encoded, shared)
        if not self._parallel:
            deep = self._crossed(projected, request, inputs, self._first_deep) + bias[:, tensorflow.newaxis]
            return self._deep_output(deep if encoded is None else deep + tensorflow.matmul(self._of_encoded, own))[0]
        crossed = self._crossed(projected, request, inputs, self._logit_of_crossed)
        weights = self._weights(self._first_deep, bias, request)
        if encoded is not None:
            weights = tensorflow.concat([weights, self._of_encoded], axis=1)
            inputs = tensorflow.concat([inputs, own], axis=0)
        return (self._deep_output(tensorflow.matmul(weights, inputs)) + crossed)[0]

    def _weights(
        self, weights: FloatArray, bias: FloatArray | tensorflow.Tensor, request: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """Weights of x_0 [h, d] and a bias [h] as weights of ones and a candidate's own columns [h, 1 + p].

        The request's part is multiplied once and stands with the bias.
        """
        shared = tensorflow.linalg.matvec(weights[:, self._split.request], request) + bias
        return tensorflow.concat([shared[:, tensorflow.newaxis], weights[:, self._candidate]], axis=1)

    def _crossed(
        self, projected: tensorflow.Tensor, request: tensorflow.Tensor, inputs: tensorflow.Tensor, wanted: FloatArray
    ) -> tensorflow.Tensor:
        """Wanted [m, d] times the output of the last cross layer: [m, N].

        Args:
            projected: The first layer's V^T x_0 [p, N].
            request: As in logits.
            inputs: As in logits.
            wanted: Matrix.
        """
        candidate, shared = self._candidate, self._split.request
        own, latents = inputs[1:], inputs[:1]
        # f_l of the module cross_factors is `ups` times `latents`, whose first row, of ones, takes 1 and the biases.
        ups = numpy.ones((len(self._cross[0].bias), 1), numpy.float32)
        later = [layer.projection for layer in self._cross[1:]]
        for layer, next_wanted in zip(self._cross, [*later, wanted], strict=True):
            latents = tensorflow.concat([latents, layer.latent(projected)], axis=0)
            ups = numpy.concatenate([ups[:, :1] + layer.bias[:, None], ups[:, 1:], layer.up], axis=1)
            output = own * tensorflow.matmul(ups[candidate], latents)
            # The request's columns of the output: their product with `wanted` is made once, not for each candidate.
            of_request = tensorflow.matmul(next_wanted[:, shared] * request, ups[shared])
            projected = tensorflow.matmul(next_wanted[:, candidate], output) + tensorflow.matmul(of_request, latents)
        return projected

    def _deep_output(self, first: tensorflow.Tensor) -> tensorflow.Tensor:
        """What the dense layers and the last bias add to the logit [1, N], from the first one's sums [units + 1, N]."""
        hidden = tensorflow.nn.relu(first)
        for weights in self._deep:
            hidden = tensorflow.nn.relu(tensorflow.matmul(weights, hidden))
        return tensorflow.matmul(self._logit_of_deep, hidden)


def _with_bias_unit(weights: FloatArray, bias: FloatArray) -> FloatArray:
    """Weights [units, inputs] as [units + 1, inputs + 1]: the last unit is always 1 and carries the biases on."""
    carried = numpy.zeros((1, weights.shape[1] + 1), numpy.float32)
    carried[0, -1] = 1
    extended: FloatArray = numpy.concatenate([numpy.concatenate([weights, bias[:, None]], axis=1), carried])
    return extended
