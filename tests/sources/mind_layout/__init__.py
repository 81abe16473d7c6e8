"""Tests of the parts of MIND's layout."""
