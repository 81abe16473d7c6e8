"""A server of TensorFlow Serving's gRPC API for development and tests; production runs TensorFlow Serving."""
