"""A fashion shop with a known truth: who likes what, what is shown, and how likely each click is."""
