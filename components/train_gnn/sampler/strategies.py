"""The sampling strategies by name."""

from __future__ import annotations

from collections.abc import Mapping

from components.train_gnn.sampler.frontier import Strategy
from components.train_gnn.sampler.importance import Importance
from components.train_gnn.sampler.recency import Recency
from components.train_gnn.sampler.relation import Relation
from components.train_gnn.sampler.uniform import Uniform
from components.train_gnn.sampler.worker_threads import worker_threads
from components.train_gnn.settings import SamplerSettings
from schemas.graph_artifact import EdgeType
from schemas.instants import Instant, parse_duration


def make_strategy(
    relations: Mapping[EdgeType, Relation], end: Instant, seed: int, settings: SamplerSettings
) -> Strategy:
    """Builds the strategy that the settings name.

    Args:
        relations: The edges that carry messages.
        end: The end of the training days, from which visits are counted backwards.
        seed: Of the random walks.
        settings: The sampler's settings.
    """
    if settings.strategy == "recency":
        return Recency(relations, parse_duration(settings.half_life))
    if settings.strategy == "importance":
        refresh = parse_duration(settings.visit_refresh)
        instants = [end - age * refresh for age in reversed(range(settings.visit_refreshes))]
        threads = worker_threads(settings.threads)
        return Importance(relations, instants, settings.visits, seed, threads)
    return Uniform()
