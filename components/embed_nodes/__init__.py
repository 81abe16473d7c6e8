"""Step 4: embeds every node at every refresh, with the same weights over the edges known at that instant."""
