"""Requests that no well-meaning caller would send, each with the statuses that may answer it."""
