"""Trains the deep & cross ranker on request-shaped records and exports it for TensorFlow Serving."""

import os

# All three are read when TensorFlow and Keras are first imported, which this package's modules do. Without oneDNN a
# score does not depend on which machine's kernels computed it, and networks this small lose no time.
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
