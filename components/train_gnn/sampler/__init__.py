"""The time-respecting neighbour sampler and its loaders."""

from components.train_gnn.sampler.message_edges import message_edges
from components.train_gnn.sampler.time_respecting_sampler import TimeRespectingSampler

__all__ = ["TimeRespectingSampler", "message_edges"]
