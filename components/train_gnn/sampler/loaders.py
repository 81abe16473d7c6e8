"""PyG's loaders with batches made ahead by threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch_geometric.data import HeteroData
from torch_geometric.loader import LinkLoader, NodeLoader
from torch_geometric.sampler import HeteroSamplerOutput

from components.train_gnn.sampler.batches import link_batch, node_batch
from components.train_gnn.sampler.prefetch import prefetched
from components.train_gnn.sampler.time_respecting_sampler import TimeRespectingSampler
from components.train_gnn.sampler.worker_threads import worker_threads
from schemas.graph_artifact import EdgeType


class TreeLinkLoader(LinkLoader):
    """LinkLoader for a TimeRespectingSampler; its batches also carry every expanded node's true degree.

    Batches hold node indices (`n_id`) and no features. How many threads make them, and how many ahead, say the
    sampler's settings; with `num_workers` PyG's worker processes make them instead.

    Args:
        sampler: Draws the neighbourhoods.
        nodes: Number of nodes by kind.
        link_type: Of the links.
        ends: Users and contents of the links [2, links].
        label: Of the links [links].
        time: Of the links, microseconds [links].
        options: Of PyG's LinkLoader and torch's DataLoader, such as batch_size, shuffle and drop_last.
    """

    def __init__(
        self,
        sampler: TimeRespectingSampler,
        nodes: Mapping[str, int],
        link_type: EdgeType,
        ends: torch.Tensor,
        label: torch.Tensor,
        time: torch.Tensor,
        **options: Any,
    ) -> None:
        super().__init__(
            data=_graph_without_features(sampler, nodes),
            link_sampler=sampler,
            edge_label_index=(link_type, ends),
            edge_label=label,
            edge_label_time=time,
            **options,
        )

    def filter_fn(self, out: HeteroSamplerOutput) -> HeteroData:
        """The sample as a batch, with the seed of all draws that belong to its epoch."""
        batch = link_batch(out, self.input_data.input_type)
        batch.random_seed = self.link_sampler.random_seed
        return batch

    def __iter__(self) -> Iterator[HeteroData]:
        """Batches in the order of the loader's own sampler, the same for any number of threads."""
        return _batches(self, self.link_sampler)


class TreeNodeLoader(NodeLoader):
    """NodeLoader for a TimeRespectingSampler; see TreeLinkLoader.

    Args:
        sampler: Draws the neighbourhoods.
        nodes: Number of nodes by kind.
        kind: Of the seeds.
        seed: Node indices [seeds].
        time: Of the seeds, microseconds [seeds].
        options: Of PyG's NodeLoader and torch's DataLoader.
    """

    def __init__(
        self,
        sampler: TimeRespectingSampler,
        nodes: Mapping[str, int],
        kind: str,
        seed: torch.Tensor,
        time: torch.Tensor,
        **options: Any,
    ) -> None:
        super().__init__(
            data=_graph_without_features(sampler, nodes),
            node_sampler=sampler,
            input_nodes=(kind, seed),
            input_time=time,
            **options,
        )

    def filter_fn(self, out: HeteroSamplerOutput) -> HeteroData:
        """The sample as a batch."""
        return node_batch(out, self.input_data.input_type)

    def __iter__(self) -> Iterator[HeteroData]:
        """Batches in the order of the loader's own sampler, the same for any number of threads."""
        return _batches(self, self.node_sampler)


def _batches(loader: LinkLoader | NodeLoader, sampler: TimeRespectingSampler) -> Iterator[HeteroData]:
    if loader.num_workers or loader.batch_sampler is None:
        iterator: Iterator[HeteroData] = torch.utils.data.DataLoader.__iter__(loader)
        return iterator
    settings = sampler.settings
    return prefetched(loader, loader.batch_sampler, worker_threads(settings.threads), settings.prefetch)


def _graph_without_features(sampler: TimeRespectingSampler, nodes: Mapping[str, int]) -> HeteroData:
    """What PyG's loaders want to know of the graph; the sampler holds the edges."""
    data = HeteroData()
    for kind, count in nodes.items():
        data[kind].num_nodes = count
    for edge_type in sampler.edges:
        data[edge_type].edge_index = torch.empty(2, 0, dtype=torch.long)
    return data
