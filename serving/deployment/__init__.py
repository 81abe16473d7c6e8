"""TensorFlow Serving's configuration: the docker run line and the Kubernetes manifests of a pushed folder."""
