"""Tests of warm starts and alignment."""
