"""PyG batches straight from the sampler's arrays.

PyG's own way filters every attribute of the whole graph's data object and stacks the edges' ends anew, which takes a
tenth of the time of sampling; the graph's features are looked up by the network instead (link_batches.py).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.data import HeteroData
from torch_geometric.sampler import HeteroSamplerOutput

from schemas.graph_artifact import EdgeType


def link_batch(output: HeteroSamplerOutput, link_type: EdgeType) -> HeteroData:
    """The batch of TimeRespectingSampler.sample_from_edges, under the names that PyG's LinkLoader gives.

    Args:
        output: The sample.
        link_type: Of the seeds.
    """
    input_id, ends, label, time, degree = output.metadata
    batch = _neighbourhood(output, degree)
    batch[link_type].input_id = input_id
    batch[link_type].edge_label_index = ends
    batch[link_type].edge_label = label
    batch[link_type].edge_label_time = time
    return batch


def node_batch(output: HeteroSamplerOutput, kind: str) -> HeteroData:
    """The batch of TimeRespectingSampler.sample_from_nodes, under the names that PyG's NodeLoader gives.

    Merged samples have each node once: `seed` says which one each seed is.

    Args:
        output: The sample.
        kind: Of the seeds.
    """
    input_id, time, seed, degree = output.metadata
    batch = _neighbourhood(output, degree)
    batch[kind].input_id = input_id
    batch[kind].seed_time = time
    batch[kind].seed = seed
    batch[kind].batch_size = len(seed)
    return batch


def _neighbourhood(output: HeteroSamplerOutput, degree: dict[EdgeType, Tensor]) -> HeteroData:
    batch = HeteroData()
    for kind, node in output.node.items():
        store = batch[kind]
        store.n_id = node
        store.num_nodes = len(node)
        store.num_sampled_nodes = output.num_sampled_nodes[kind]
        if output.batch is not None:
            store.batch = output.batch[kind]
    for edge_type, row in output.row.items():
        store = batch[edge_type]
        store.edge_index = _both_ends(row, output.col[edge_type])
        store.e_id = output.edge[edge_type]
        store.num_sampled_edges = output.num_sampled_edges[edge_type]
        store.degree = degree[edge_type]
    return batch


def _both_ends(row: Tensor, column: Tensor) -> Tensor:
    """Sources and targets as one tensor [2, edges], without a copy where they already are the rows of one."""
    edges = len(row)
    if edges and column.data_ptr() == row.data_ptr() + edges * row.element_size():
        return row.as_strided((2, edges), (edges, 1))
    return torch.stack([row, column])
