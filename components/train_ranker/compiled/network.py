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
        self._deep = [(layer.kernel.numpy().T, layer.bias.numpy()) for layer in ranker.deep]
        # The first dense layer reads the crossed input, as long as x_0, and then the encoded numbers.
        first, bias = self._deep[0]
        size = len(self._cross[0].bias)
        self._deep[0], self._of_encoded = (first[:, :size], bias), first[:, size:]
        kernel = ranker.logit.kernel.numpy().T  # [1, outputs]
        crossed = len(self._cross[0].bias) if self._parallel else 0
        self._logit_of_crossed, self._logit_of_deep = kernel[:, :crossed], kernel[:, crossed:]
        self._bias = ranker.logit.bias.numpy() + numpy.float32(fixed)

    def logits(
        self,
        request: tensorflow.Tensor,
        content: tensorflow.Tensor,
        interaction: tensorflow.Tensor,
        encoded: tensorflow.Tensor | None = None,
    ) -> tensorflow.Tensor:
        """Scores the candidates.

        Args:
            request: What they share of x_0 [request columns].
            content: What their contents decide [content columns, N].
            interaction: The rest [interaction columns, N].
            encoded: Their encoded numbers behind the linear layer [units, N]; None for a network without them.

        Returns:
            [N].
        """
        ones = tensorflow.ones_like(content[:1])
        inputs = tensorflow.concat([content, interaction, ones], axis=0)  # [p + 1, N]
        first_deep, first_bias = self._deep[0]
        zero = numpy.zeros(len(self._cross[0].projection), numpy.float32)
        if self._parallel:
            weights = numpy.concatenate([self._cross[0].projection, first_deep])
            bias = numpy.concatenate([zero, first_bias])
            heads = self._linear(weights, bias, request, inputs)
            projected, deep = tensorflow.split(heads, [len(zero), len(first_bias)], axis=0)
            crossed = self._crossed(projected, request, inputs[:-1], self._logit_of_crossed)
            return (self._deep_output(self._with_encoded(deep, encoded)) + crossed + self._bias[:, None])[0]
        projected = self._linear(self._cross[0].projection, zero, request, inputs)
        deep = self._crossed(projected, request, inputs[:-1], first_deep) + first_bias[:, None]
        return (self._deep_output(self._with_encoded(deep, encoded)) + self._bias[:, None])[0]

    def _with_encoded(self, first: tensorflow.Tensor, encoded: tensorflow.Tensor | None) -> tensorflow.Tensor:
        """The first dense layer's sums [units, N] with what the encoded numbers add."""
        return first if encoded is None else first + tensorflow.matmul(self._of_encoded, encoded)

    def _linear(
        self, weights: FloatArray, bias: FloatArray, request: tensorflow.Tensor, inputs: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """Weights [h, d] times x_0, plus bias: [h, N]; the request's part is multiplied once."""
        shared = tensorflow.linalg.matvec(weights[:, self._split.request], request) + bias
        of_candidates = tensorflow.constant(weights[:, self._candidate])
        return tensorflow.matmul(tensorflow.concat([of_candidates, shared[:, tensorflow.newaxis]], axis=1), inputs)

    def _crossed(
        self, projected: tensorflow.Tensor, request: tensorflow.Tensor, inputs: tensorflow.Tensor, wanted: FloatArray
    ) -> tensorflow.Tensor:
        """Wanted [m, d] times the output of the last cross layer: [m, N].

        Args:
            projected: The first layer's V^T x_0 [p, N].
            request: As in logits.
            inputs: The candidates' columns of x_0 [columns, N].
            wanted: Matrix.
        """
        later = [layer.projection for layer in self._cross[1:]]
        latents: list[tensorflow.Tensor] = []
        biases, factor = numpy.ones(len(self._cross[0].bias), numpy.float32), None
        for layer, next_wanted in zip(self._cross, [*later, wanted], strict=True):
            latents.append(layer.latent(projected))
            added = tensorflow.matmul(layer.up[self._candidate], latents[-1])
            biases = biases + layer.bias
            factor = added if factor is None else factor + added
            output = inputs * (factor + biases[self._candidate, None])
            # The request's columns of the output are U z times a diagonal: multiplied once, not for each candidate.
            of_request = tensorflow.constant(next_wanted[:, self._split.request]) * request
            projected = tensorflow.matmul(next_wanted[:, self._candidate], output)
            for number, latent in enumerate(latents):
                shared = tensorflow.matmul(of_request, self._cross[number].up[self._split.request])
                projected += tensorflow.matmul(shared, latent)
            projected += tensorflow.linalg.matvec(of_request, biases[self._split.request])[:, tensorflow.newaxis]
        return projected

    def _deep_output(self, first: tensorflow.Tensor) -> tensorflow.Tensor:
        """What the dense layers add to the logit [1, N], from the first one's sums [units, N]."""
        hidden = tensorflow.nn.relu(first)
        for weights, bias in self._deep[1:]:
            hidden = tensorflow.nn.relu(tensorflow.matmul(weights, hidden) + bias[:, None])
        return tensorflow.matmul(self._logit_of_deep, hidden)
