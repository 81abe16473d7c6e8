"""What a node says of itself before any message: a user's orders, a content's articles, a brand's articles."""
