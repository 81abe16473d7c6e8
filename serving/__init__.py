"""Asking the ranker: the client, the protos it speaks, and the re-ranking of what it answers."""
