"""Puts a blessed ranker into the folder that TensorFlow Serving reads, whole or not at all; lists and rolls back."""

import components.tensorflow_environment  # noqa: F401 - before TensorFlow
