"""Tests of orchestration.scheduled."""
