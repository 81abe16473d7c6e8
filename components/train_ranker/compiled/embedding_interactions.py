"""The reduced products and vectors of the embeddings, for networks that read more of them than their dot product."""

from __future__ import annotations

import numpy
import tensorflow

from components.train_ranker.model import Ranker
from components.train_ranker.standardization import LARGEST
from schemas.graph_artifact import FloatArray


class EmbeddingInteractions(tensorflow.Module):
    """Outputs of the network's small linear layer on [product, user's vector, content's vector].

    Args:
        ranker: A trained network with products, with or without vectors.
        contents: The contents' vectors, float32 [C, d].
    """

    def __init__(self, ranker: Ranker, contents: FloatArray) -> None:
        super().__init__()
        size = contents.shape[1]
        self.vectors = tensorflow.Variable(contents, trainable=False, name="content_vectors")
        # Products, then where the network reads them the user's and the content's vectors.
        parts = [slice(start, start + size) for start in range(0, ranker.interactions.mean.shape[0], size)]
        self._mean, self._scale = (
            [weight.numpy()[part] for part in parts] for weight in (ranker.interactions.mean, ranker.interactions.scale)
        )
        self._kernel = [ranker.reduction.kernel.numpy()[part] for part in parts]
        self.with_vectors = len(parts) > 1
        self.of_contents: FloatArray = numpy.zeros((len(contents), self._kernel[0].shape[1]), numpy.float32)
        """The content vectors' share of the outputs [C, units]."""
        if self.with_vectors:
            self.of_contents = self._standardized(contents, 2).numpy() @ self._kernel[2]

    def rows(
        self, user: tensorflow.Tensor, contents: tensorflow.Tensor, of_contents: tensorflow.Tensor
    ) -> tensorflow.Tensor:
        """Outputs [units, N].

        Args:
            user: The user's vector [d].
            contents: Rows of the candidates' contents [N].
            of_contents: `self.of_contents` of the candidates [units, N].
        """
        products = self._standardized(tensorflow.gather(self.vectors, contents) * user, 0)  # [N, d]
        reduced = tensorflow.matmul(self._kernel[0], products, transpose_a=True, transpose_b=True)
        if not self.with_vectors:
            return reduced
        of_user = tensorflow.linalg.matvec(self._kernel[1], self._standardized(user, 1), transpose_a=True)
        return reduced + of_contents + of_user[:, tensorflow.newaxis]

    def _standardized(self, values: tensorflow.Tensor, part: int) -> tensorflow.Tensor:
        return tensorflow.clip_by_value((values - self._mean[part]) * self._scale[part], -LARGEST, LARGEST)
