"""Today's network in yesterday's space (rule 6): the same weights to start from, and a rotation after training."""
