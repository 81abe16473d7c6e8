"""Message passing, one file an encoder; registry.py lists them."""
