"""Strategies at the scale of random_graphs, whose thousand microseconds are shorter than any setting."""

from __future__ import annotations

from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.importance import Importance
from components.train_gnn.sampler.recency import Recency


def at_toy_scale(sampler: TimeRespectingSampler) -> TimeRespectingSampler:
    """The same sampler with a half-life of 100 microseconds, or with visits counted at 200, 500 and 800."""
    if isinstance(sampler.strategy, Recency):
        sampler.strategy = Recency(sampler.relations, half_life=100)
    if isinstance(sampler.strategy, Importance):
        sampler.strategy = Importance(sampler.relations, [200, 500, 800], visits=4, seed=sampler.seed, threads=2)
    return sampler
