"""Tests of TensorFlow Serving's configuration."""
