"""What TensorFlow and Keras read when they are first imported, the same in every step that imports them.

The packages of these steps import this module, so that it comes before TensorFlow whichever of their modules is
imported first, and in a container as well as in a process that inherits another one's environment.
"""

import os

# Without oneDNN a score does not depend on which machine's kernels computed it, and networks this small lose no time.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
