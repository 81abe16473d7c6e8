"""The training of the graph network, one subject a file; train.py puts them together."""
