"""Publishing users' vectors to the feature store that the ranker's callers read, and pruning spaces nobody serves."""
