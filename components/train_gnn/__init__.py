"""Step 3: trains the graph network on the first days of the window, leak-free by construction."""
