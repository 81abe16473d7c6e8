"""Turns validated logs into the graph artifact: nodes, features and time-sorted, memory-mappable edges."""
