"""Tests of the write_examples step."""
