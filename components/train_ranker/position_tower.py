"""The shallow tower that takes the blame for position, so that the rest of the network need not.

Source: Zhao et al., "Recommending What Video to Watch Next", RecSys 2019, section 4.3.
"""

from __future__ import annotations

import keras
import tensorflow

from components.train_ranker.standardization import Moments, Standardization


def position_columns(slot: tensorflow.Tensor, slate_size: tensorflow.Tensor) -> tensorflow.Tensor:
    """What the tower reads.

    Args:
        slot: Position of each candidate [M, 1]; -1 where the logs have none.
        slate_size: Candidates in each one's request [M, 1].

    Returns:
        [M, 3]: log1p of the slot, 1 where there is no slot, log1p of the slate's size.
    """
    unknown = tensorflow.cast(slot < 0, slot.dtype)
    slot = tensorflow.math.log1p(tensorflow.maximum(slot, 0))
    return tensorflow.concat([slot, unknown, tensorflow.math.log1p(slate_size)], axis=-1)


class PositionTower(keras.layers.Layer):
    """Adds to the logit what the position alone explains; 0 before training.

    Args:
        units: Hidden units.

    Shapes: columns [M, 3] to logits [M, 1].
    """

    def __init__(self, units: int) -> None:
        super().__init__()
        self.standardization = Standardization()
        self.hidden = keras.layers.Dense(units, activation="relu")
        self.logit = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")

    def set_moments(self, mean: Moments, variance: Moments) -> None:
        """Takes over the training split's moments of the columns, float64 [3]."""
        self.standardization.set_moments(mean, variance)

    def call(self, columns: tensorflow.Tensor) -> tensorflow.Tensor:
        """Position columns [M, 3] to logits [M, 1]."""
        return self.logit(self.hidden(self.standardization(columns)))
