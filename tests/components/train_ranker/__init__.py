"""Tests of the train_ranker step."""
