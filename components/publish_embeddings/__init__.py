"""Publishes users' vectors to the feature store that the ranker's callers read, and prunes spaces nobody serves."""
