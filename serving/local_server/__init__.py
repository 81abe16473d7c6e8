"""A server of TensorFlow Serving's gRPC API for development and tests; production runs TensorFlow Serving."""

import os

# As TensorFlow Serving's own binary on processors that have the instructions; the steps, whose package this one imports
# from, switch it off (components/tensorflow_environment.py). Read when TensorFlow is first imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
