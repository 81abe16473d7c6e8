"""Mini-batches of links with their sampled neighbourhoods, through PyG's LinkLoader."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy
import torch
from torch import Tensor

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.hidden_edges import carries_messages, hidden_degree, hidden_seeds
from components.train_gnn.inputs.node_inputs import NodeInputs
from components.train_gnn.inputs.orders import order_histories
from components.train_gnn.message_block import MessageBlock, sparse_adjacency
from components.train_gnn.message_weights import message_weights
from components.train_gnn.network import GraphNetwork
from components.train_gnn.popularity import content_counts
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.sampler.loaders import TreeLinkLoader
from components.train_gnn.settings import MessageSettings
from components.train_gnn.supervision import VIEWS, Links
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS, EdgeType


def link_loader(links: Links, tables: GraphTables, sampler: TimeRespectingSampler, batch_links: int) -> TreeLinkLoader:
    """Batches of links in the given order.

    Args:
        links: The links.
        tables: The graph.
        sampler: Draws the neighbourhoods.
        batch_links: Links in a batch.
    """
    return TreeLinkLoader(
        sampler,
        nodes=tables.nodes,
        link_type=VIEWS,
        ends=torch.from_numpy(numpy.stack([links.user, links.content])),
        label=torch.from_numpy(links.label),
        time=torch.from_numpy(links.time),
        batch_size=batch_links,
        shuffle=False,
    )


class LinkEnds(NamedTuple):
    """What a batch of links is scored from.

    Attributes:
        user: Embeddings of the users [links, size].
        content: Embeddings of the contents [links, size].
        offset: The contents' popularity, as log odds [links].
    """

    user: Tensor
    content: Tensor
    offset: Tensor


def embed_link_ends(network: GraphNetwork, batch: Any, tables: GraphTables, sampler: TimeRespectingSampler) -> LinkEnds:
    """Embeds both ends of each link of a batch.

    While the network is in training, a share of the seeds speaks without its views and clicks (hidden_edges.py).

    Args:
        network: The network.
        batch: From link_loader.
        tables: The graph.
        sampler: That drew the batch; its edges' times and weights enter the messages.
    """
    inputs, index = _distinct_inputs(batch, tables, network.pooled_orders)
    weights = {edge_type: _edge_weights(batch, sampler, edge_type, network.messages) for edge_type in EDGE_TYPES}
    hides = network.training and network.hidden_edge_share > 0
    hidden = hidden_seeds(batch, network.hidden_edge_share) if hides else {}
    embedding = network(inputs, message_blocks(batch, index, weights, hidden))
    user, content = batch[VIEWS].edge_label_index
    offset = torch.zeros(len(user), device=network.bias.device)
    if network.popularity is not None:
        offset = network.popularity(*(count.to(offset.device) for count in content_counts(batch, hidden)))
    return LinkEnds(embedding["user"][user], embedding["content"][content], offset)


def _distinct_inputs(batch: Any, tables: GraphTables, pooled_orders: int) -> tuple[NodeInputs, dict[str, Tensor]]:
    """The input features of a batch, each distinct one once, and for every node which of them is its own.

    Orders are taken as they were at each node's seed time (rule 7), so that one user may have several histories.
    """
    instants = batch[VIEWS].edge_label_time
    merged = "batch" not in batch["user"]  # then all links share one time
    user_time = instants[torch.zeros_like(batch["user"].n_id) if merged else batch["user"].batch].numpy()
    users = batch["user"].n_id.numpy()
    shared = "user" not in tables.attributes
    histories = order_histories(tables.orders, users, user_time, pooled_orders, shared)
    contents, content_index = torch.unique(batch["content"].n_id, return_inverse=True)
    brands, brand_index = torch.unique(batch["brand"].n_id, return_inverse=True)
    user = torch.from_numpy(histories.user)
    rows = torch.from_numpy(histories.rows), torch.from_numpy(histories.pooled_rows)
    inputs = NodeInputs(*rows, tables.content_rows[contents], user, contents, brands)
    index = {"user": torch.from_numpy(histories.index), "content": content_index, "brand": brand_index}
    return inputs, index


def _edge_weights(batch: Any, sampler: TimeRespectingSampler, edge_type: EdgeType, messages: MessageSettings) -> Tensor:
    """What each sampled edge of a relation counts at its seed's time [edges]."""
    edges, position = sampler.edges[edge_type], batch[edge_type].e_id.numpy()
    instants = batch[VIEWS].edge_label_time.numpy()
    target = batch[edge_type[2]]
    tree = target.batch.numpy() if "batch" in target else numpy.zeros(target.num_nodes, dtype=numpy.int64)
    instant = instants[tree[batch[edge_type].edge_index[1].numpy()]]
    return torch.from_numpy(message_weights(edge_type, edges.time[position], edges.weight[position], instant, messages))


def message_blocks(
    batch: Any, input_index: dict[str, Tensor], weights: dict[EdgeType, Tensor], hidden: dict[str, Tensor]
) -> list[MessageBlock]:
    """One block a layer; layer l updates the nodes that are at most (layers - l) steps from their seed.

    Args:
        batch: From a TreeLinkLoader or a TreeNodeLoader.
        input_index: For each kind the row among the input vectors of each sampled node [nodes].
        weights: What each sampled edge counts [edges].
        hidden: From hidden_seeds; empty where no seed's edges are hidden.
    """
    nodes = {kind: numpy.cumsum(batch[kind].num_sampled_nodes) for kind in NODE_KINDS}
    layers = len(nodes["user"]) - 1
    sources = {kind: int(index.max()) + 1 if len(index) else 0 for kind, index in input_index.items()}
    blocks = []
    for layer in range(layers):
        targets = {kind: int(nodes[kind][layers - layer - 1]) for kind in NODE_KINDS}
        adjacency, degree = {}, {}
        for edge_type in EDGE_TYPES:
            source, _, target = edge_type
            count = sum(batch[edge_type].num_sampled_edges[: layers - layer])
            row, column = batch[edge_type].edge_index[:, :count]
            weight = weights[edge_type][:count]
            kept = carries_messages(edge_type, column, hidden)
            if kept is not None:
                row, column, weight = row[kept], column[kept], weight[kept]
            # Edges come out of the sampler sorted by target, so that they are compressed by counting.
            colptr = torch.zeros(targets[target] + 1, dtype=torch.long)
            colptr[1:] = torch.bincount(column, minlength=targets[target]).cumsum(0)
            row = input_index[source][row] if layer == 0 else row
            adjacency[edge_type] = sparse_adjacency(colptr, row, weight, sources[source])
            degree[edge_type] = hidden_degree(edge_type, batch[edge_type].degree[: targets[target]], hidden)
        own = {
            kind: input_index[kind][: targets[kind]] if layer == 0 else torch.arange(targets[kind])
            for kind in NODE_KINDS
        }
        blocks.append(MessageBlock(adjacency, degree, own))
        sources = targets
    return blocks
