"""A small page that shows what the served ranker gives a user, beside the ranker without the graph, and why."""
