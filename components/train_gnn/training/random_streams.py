"""A stream of random numbers for each purpose, told by the seed alone: a resumed run needs none of their states."""

from __future__ import annotations

import numpy

VALIDATION = 1
"""Which unclicked links the validation keeps."""

START = 0
"""Which links set the scale of the first logits."""

EPOCH = 2
"""Which unclicked links an epoch keeps, and in which order it takes them."""

TEST_GRAPH = 3
"""Which pairs of the test graph carry no messages, and whose links are scored."""


def generator_of(seed: int, purpose: int, number: int = 0) -> numpy.random.Generator:
    """The generator of one purpose.

    Args:
        seed: Of the settings.
        purpose: A constant of this module.
        number: Of the epoch, where each has a stream of its own.
    """
    return numpy.random.default_rng([seed % 2**64, purpose, number])
