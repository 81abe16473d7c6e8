"""What training minimizes, one file a loss; registry.py lists them."""
