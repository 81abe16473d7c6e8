"""What an embedding was made from, as numbers that are kept beside it: equal numbers, equal inputs and equal edges.

They are hashes of ids, times, weights and article vectors, not of node indices, so that they can be compared between
two graphs: logs that arrived late and articles that were added show, whatever their times say.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TypeAlias

import numpy
import numpy.typing
import pandas
import pyarrow

from components.embed_nodes.changes import Changes
from components.embed_nodes.known_edges import KnownEdges, parts
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.inputs.attributes import Attribute, Categories
from components.train_gnn.inputs.orders import recent_order_rows
from components.train_gnn.message_weights import counts_alike, message_weights
from components.train_gnn.network import GraphNetwork
from schemas.graph_artifact import EDGE_TYPES, RECENT_ORDERS, EdgeType, IntArray

Hashes: TypeAlias = numpy.typing.NDArray[numpy.uint64]

_ROWS_AT_A_TIME = 65_536


@dataclasses.dataclass(frozen=True)
class Fingerprints:
    """Of every node, by kind.

    Attributes:
        inputs: Of the input features [nodes].
        edges: Of the known in-edges [nodes].
    """

    inputs: dict[str, Hashes]
    edges: dict[str, Hashes]


class FingerprintTaker:
    """Takes the fingerprints of one graph.

    Args:
        tables: The graph.
        ids: Node ids by kind.
        network: Says what each edge and each order counts, and how many orders it reads.
        edges_at_a_time: How many edges may be hashed together.
    """

    def __init__(
        self, tables: GraphTables, ids: dict[str, pyarrow.Array], network: GraphNetwork, edges_at_a_time: int
    ) -> None:
        self.tables, self.messages, self.edges_at_a_time = tables, network.messages, edges_at_a_time
        self.orders = max(RECENT_ORDERS, network.pooled_orders)
        self.nodes: dict[str, Hashes] = {kind: _id_hashes(column) for kind, column in ids.items()}
        self.articles = _mixed(_article_hashes(tables) + network.inputs.order_weight.numpy().view(numpy.uint32))
        self.attributes: dict[str, Hashes] = {
            kind: _attribute_hashes(tables.attributes.get(kind, {}), len(each)) for kind, each in self.nodes.items()
        }
        self.taken = Fingerprints(
            {kind: numpy.zeros(len(each), dtype=numpy.uint64) for kind, each in self.nodes.items()},
            {kind: numpy.zeros(len(each), dtype=numpy.uint64) for kind, each in self.nodes.items()},
        )

    def update(self, changes: Changes, known: KnownEdges) -> Fingerprints:
        """The fingerprints at an instant.

        Args:
            changes: What changed since the last call; everything at the first.
            known: The edges at the instant.
        """
        for kind, mask in changes.inputs.items():
            changed = numpy.flatnonzero(mask)
            for begin in range(0, len(changed), _ROWS_AT_A_TIME):
                nodes = changed[begin : begin + _ROWS_AT_A_TIME]
                self.taken.inputs[kind][nodes] = self._inputs(kind, nodes, known)
        for kind, mask in changes.edges.items():
            changed = numpy.flatnonzero(mask)
            for part in parts(known.in_degree(kind)[changed], _ROWS_AT_A_TIME, self.edges_at_a_time):
                nodes = changed[part]
                total = numpy.zeros(len(nodes), dtype=numpy.uint64)
                for edge_type in known.edges:
                    if edge_type[2] == kind:
                        total += self._edges(edge_type, nodes, known)
                self.taken.edges[kind][nodes] = total
        return self.taken

    def _inputs(self, kind: str, nodes: IntArray, known: KnownEdges) -> Hashes:
        result: Hashes = self._articles_of(kind, nodes, known) + self.attributes[kind][nodes]
        return result

    def _articles_of(self, kind: str, nodes: IntArray, known: KnownEdges) -> Hashes:
        if kind == "brand":
            total = numpy.zeros(self.tables.brands, dtype=numpy.uint64)
            brand = self.tables.article_brand.numpy()
            branded = numpy.flatnonzero(brand >= 0)
            numpy.add.at(total, brand[branded], self.articles[branded])
            return total[nodes]
        if kind == "user":
            instants = numpy.full(len(nodes), known.instant, dtype=numpy.int64)
            rows = recent_order_rows(self.tables.orders, nodes, instants, self.orders)
        else:
            rows = self.tables.content_rows.numpy()[nodes]
        place = numpy.arange(rows.shape[1], dtype=numpy.uint64)
        result: Hashes = _mixed(self.articles[rows] + _mixed(place)).sum(axis=1, dtype=numpy.uint64)
        return result

    def _edges(self, edge_type: EdgeType, nodes: IntArray, known: KnownEdges) -> Hashes:
        """The sum of the hashes of each node's in-edges of one relation."""
        edges = known.edges[edge_type]
        colptr, position = known.positions(edge_type, nodes)
        time = edges.time[position]
        hashes = self.nodes[edge_type[0]][edges.row[position]] + _mixed(time.view(numpy.uint64))
        if not counts_alike(edge_type, self.messages):
            instants = numpy.full(len(time), known.instant, dtype=numpy.int64)
            weight = message_weights(edge_type, time, edges.weight[position], instants, self.messages)
            hashes = _mixed(hashes) + weight.view(numpy.uint32)
        hashes = _mixed(hashes + numpy.uint64(EDGE_TYPES.index(edge_type)))
        running = numpy.concatenate([numpy.zeros(1, dtype=numpy.uint64), numpy.cumsum(hashes, dtype=numpy.uint64)])
        result: Hashes = running[colptr[1:]] - running[colptr[:-1]]  # unsigned numbers wrap around
        return result


def _id_hashes(ids: pyarrow.Array) -> Hashes:
    return pandas.util.hash_array(ids.to_numpy(zero_copy_only=False), categorize=False)


def _attribute_hashes(attributes: Mapping[str, Attribute], nodes: int) -> Hashes:
    """Hashes of the declared attributes of each node of a kind [nodes]."""
    result = numpy.zeros(nodes, dtype=numpy.uint64)
    for name, attribute in attributes.items():
        column = _id_hashes(pyarrow.array([name]))
        if isinstance(attribute, Categories):
            # The last one stands for a code of -1.
            values = numpy.append(_id_hashes(pyarrow.array(attribute.names, pyarrow.string())), numpy.uint64(0))
            values = values[attribute.code]
        else:
            values = attribute.value.view(numpy.uint32).astype(numpy.uint64)
        result += _mixed(_mixed(values) + column)
    return result


def _article_hashes(tables: GraphTables) -> Hashes:
    """Hashes of the article vectors and the padding row [articles + 1]."""
    words = tables.article_embedding.numpy().view(numpy.uint64)  # [articles + 1, 64]
    place = _mixed(numpy.arange(words.shape[1], dtype=numpy.uint64))
    result = numpy.zeros(len(words), dtype=numpy.uint64)
    for begin in range(0, len(words), _ROWS_AT_A_TIME):
        part = slice(begin, begin + _ROWS_AT_A_TIME)
        result[part] = _mixed(words[part] + place).sum(axis=1, dtype=numpy.uint64)
    return result


def _mixed(values: Hashes) -> Hashes:
    """Spreads every bit over the whole number (splitmix64; Steele, Lea and Flood 2014, OOPSLA, figure 17)."""
    mixed = values + numpy.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> numpy.uint64(31))
