"""Tests of components/validate_logs."""
