"""Tests of components/build_graph."""
