"""Point-in-time join of embeddings and counters to ranking requests, written as TFRecords and serving tables."""
