"""Trains the deep & cross ranker on request-shaped records and exports it for TensorFlow Serving."""

import components.tensorflow_environment  # noqa: F401 - before TensorFlow
