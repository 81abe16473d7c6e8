"""Tests of orchestration.resources."""
