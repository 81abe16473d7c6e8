"""Mini-batches of links with their sampled neighbourhoods, through PyG's LinkLoader."""

from __future__ import annotations

from typing import Any

import numpy
import torch
from torch import Tensor
from torch_geometric.data import HeteroData
from torch_geometric.loader import LinkLoader
from torch_geometric.sampler import HeteroSamplerOutput

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import order_histories
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.supervision import VIEWS, Links
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS


class DegreeLinkLoader(LinkLoader):
    """A LinkLoader whose batches also carry each expanded node's true degree, which shrunk means need."""

    def filter_fn(self, out: HeteroSamplerOutput) -> HeteroData:
        """Joins the sampled nodes as PyG does and adds the degrees."""
        batch = super().filter_fn(out)
        for edge_type, degree in out.metadata[4].items():
            batch[edge_type].degree = degree
        return batch


def link_loader(
    links: Links, tables: GraphTables, sampler: TimeRespectingSampler, batch_links: int
) -> DegreeLinkLoader:
    """Batches of links in the given order.

    Args:
        links: The links.
        tables: The graph.
        sampler: Draws the neighbourhoods.
        batch_links: Links in a batch.
    """
    data = HeteroData()
    for kind, count in zip(NODE_KINDS, (tables.users, tables.contents, tables.brands), strict=True):
        data[kind].num_nodes = count
    for edge_type in EDGE_TYPES:
        data[edge_type].edge_index = torch.empty(2, 0, dtype=torch.long)  # the sampler holds the edges
    return DegreeLinkLoader(
        data=data,
        link_sampler=sampler,
        edge_label_index=(VIEWS, torch.from_numpy(numpy.stack([links.user, links.content]))),
        edge_label=torch.from_numpy(links.label),
        edge_label_time=torch.from_numpy(links.time),
        batch_size=batch_links,
        shuffle=False,
    )


def batch_inputs(batch: Any, tables: GraphTables) -> NodeInputs:
    """The input features of a batch's nodes, orders as they were at each node's seed time (rule 7)."""
    instants = batch[VIEWS].edge_label_time
    user_time = instants[batch["user"].batch].numpy()
    histories = order_histories(tables.orders, batch["user"].n_id.numpy(), user_time)
    return NodeInputs(
        order_rows=torch.from_numpy(histories.rows),
        order_index=torch.from_numpy(histories.index),
        content_rows=tables.content_rows[batch["content"].n_id],
        brand=batch["brand"].n_id,
    )


def link_dot_inputs(network: GraphNetwork, batch: Any, tables: GraphTables) -> tuple[Tensor, Tensor]:
    """Embeddings of the user and of the content of each link of a batch, [links, size] each."""
    adjacency = {edge_type: batch[edge_type].edge_index for edge_type in EDGE_TYPES}
    degree = {edge_type: batch[edge_type].degree for edge_type in EDGE_TYPES}
    embedding = network(batch_inputs(batch, tables), adjacency, degree)
    user, content = batch[VIEWS].edge_label_index
    return embedding["user"][user], embedding["content"][content]
