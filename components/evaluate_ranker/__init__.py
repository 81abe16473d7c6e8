"""Scores both rankers on the test days, compares them with intervals, and says whether the challenger may be pushed."""

import components.tensorflow_environment  # noqa: F401 - before TensorFlow
