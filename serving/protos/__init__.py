"""The messages of TensorFlow Serving that the client needs, without TensorFlow."""
