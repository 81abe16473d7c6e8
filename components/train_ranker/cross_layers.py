"""Cross layers of the deep & cross network v2.

Source: Wang et al., "DCN V2: Improved Deep & Cross Network and Practical Lessons for Web-scale Learning to Rank
Systems", WWW 2021, section 3.
"""

from __future__ import annotations

import keras
import tensorflow

from components.train_ranker.settings import RankerSettings


class FullCrossLayer(keras.layers.Layer):
    r"""One cross layer with a full matrix (equation 1).

    $x_{l+1} = x_0 \odot (W x_l + b) + x_l$ with $W \in R^{d \times d}$, $b \in R^d$.

    Shapes: x_0, x_l and the output [M, d].
    """

    def build(self, first_shape: tuple[int, ...]) -> None:
        """Makes the matrix and the bias for inputs [M, d]."""
        size = first_shape[-1]
        self.kernel = self.add_weight(shape=(size, size), initializer="glorot_uniform", name="kernel")
        self.bias = self.add_weight(shape=(size,), initializer="zeros", name="bias")
        self.built = True

    def call(self, first: tensorflow.Tensor, current: tensorflow.Tensor) -> tensorflow.Tensor:
        """Crosses `current` (x_l) with the network's input `first` (x_0)."""
        return first * (tensorflow.matmul(current, self.kernel) + self.bias) + current


class LowRankCrossLayer(keras.layers.Layer):
    r"""One cross layer with a low-rank matrix (equation 2).

    $x_{l+1} = x_0 \odot (U (V^T x_l) + b) + x_l$ with $U, V \in R^{d \times r}$, $b \in R^d$.

    Args:
        rank: r.

    Shapes: x_0, x_l and the output [M, d].
    """

    def __init__(self, rank: int) -> None:
        super().__init__()
        self.rank = rank

    def build(self, first_shape: tuple[int, ...]) -> None:
        """Makes U, V and the bias for inputs [M, d]."""
        size = first_shape[-1]
        self.down = self.add_weight(shape=(size, self.rank), initializer="glorot_uniform", name="down")
        self.up = self.add_weight(shape=(self.rank, size), initializer="glorot_uniform", name="up")
        self.bias = self.add_weight(shape=(size,), initializer="zeros", name="bias")
        self.built = True

    def call(self, first: tensorflow.Tensor, current: tensorflow.Tensor) -> tensorflow.Tensor:
        """Crosses `current` (x_l) with the network's input `first` (x_0)."""
        low = tensorflow.matmul(current, self.down)  # [M, r]
        return first * (tensorflow.matmul(low, self.up) + self.bias) + current


class MixtureCrossLayer(keras.layers.Layer):
    r"""One cross layer of gated low-rank experts (equations 3 and 4).

    $x_{l+1} = \sum_{i=1}^K G_i(x_l) E_i(x_l) + x_l$ with
    $E_i(x_l) = x_0 \odot (U_i \, g(C_i \, g(V_i^T x_l)) + b)$, $U_i, V_i \in R^{d \times r}$,
    $C_i \in R^{r \times r}$, $G$ a softmax over a linear layer of $x_l$ and $g$ a non-linearity. $C$ starts at the
    identity. With one expert the gate is 1; with a linear $g$ too, the layer then equals LowRankCrossLayer.

    Args:
        rank: r.
        experts: K.
        activation: g, a name that Keras knows.

    Shapes: x_0, x_l and the output [M, d].
    """

    def __init__(self, rank: int, experts: int, activation: str = "tanh") -> None:
        super().__init__()
        self.rank = rank
        self.experts = experts
        self.activation = keras.activations.get(activation)

    def build(self, first_shape: tuple[int, ...]) -> None:
        """Makes the experts, their bias and the gate for inputs [M, d]."""
        size = first_shape[-1]
        # A batch of matrices would mislead Glorot's count of inputs and outputs, which reads all axes.
        down = keras.initializers.VarianceScaling(2 / (size + self.rank) * size, "fan_in", "uniform")
        self.down = self.add_weight(shape=(size, self.experts * self.rank), initializer=down, name="down")
        self.core = self.add_weight(
            shape=(self.experts, self.rank, self.rank),
            initializer=lambda shape, dtype: tensorflow.eye(shape[1], batch_shape=[shape[0]], dtype=dtype),
            name="core",
        )
        limit = (6 / (size + self.rank)) ** 0.5
        up = keras.initializers.RandomUniform(-limit, limit)
        self.up = self.add_weight(shape=(self.experts, self.rank, size), initializer=up, name="up")
        self.bias = self.add_weight(shape=(size,), initializer="zeros", name="bias")
        self.gate = self.add_weight(shape=(size, self.experts), initializer="glorot_uniform", name="gate")
        self.built = True

    def call(self, first: tensorflow.Tensor, current: tensorflow.Tensor) -> tensorflow.Tensor:
        """Crosses `current` (x_l) with the network's input `first` (x_0)."""
        low = tensorflow.reshape(tensorflow.matmul(current, self.down), [-1, self.experts, self.rank])  # [M, K, r]
        low = self.activation(tensorflow.einsum("mkr,krs->mks", self.activation(low), self.core))
        gate = tensorflow.nn.softmax(tensorflow.matmul(current, self.gate))  # [M, K]
        mixed = tensorflow.einsum("mk,mkr,krd->md", gate, low, self.up)
        # The gates sum to 1, so the shared bias passes the mixture unchanged.
        return first * (mixed + self.bias) + current


def make_cross_layer(settings: RankerSettings) -> keras.layers.Layer:
    """The cross layer that `settings.cross` names."""
    if settings.cross == "full":
        return FullCrossLayer()
    if settings.cross == "low_rank":
        return LowRankCrossLayer(settings.rank)
    return MixtureCrossLayer(settings.rank, settings.experts)
