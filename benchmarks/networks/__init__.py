"""Compares ways to score users and contents by the graph: every encoder, sampler and loss, and plain comparators."""
