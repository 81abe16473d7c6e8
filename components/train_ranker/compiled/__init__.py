"""The `rank` signature's graph: the same scores as the network's, with little work left for a request."""
