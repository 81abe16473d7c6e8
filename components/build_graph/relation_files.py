"""Writes the relations of a graph: from the logs alone, or those of an earlier graph continued with newer logs."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal, Never

import ibis.expr.types
import numpy
import pyarrow
import tqdm

from components.build_graph.base_graph import BaseGraph
from components.build_graph.base_relation import BaseRelation
from components.build_graph.carry_over import FIELDS, PendingClicks, write_carry_over
from components.build_graph.compressed_arrays import write_compressed
from components.build_graph.edges import LinkTables, directed_edges
from components.build_graph.graph_files import WrittenPart
from components.build_graph.late_dwells import set_late_dwells
from components.build_graph.merged_arrays import write_merged
from components.build_graph.nodes import NodeTables
from components.engine.engine import Engine
from schemas.graph_artifact import EDGE_TYPES, Edges, EdgeType, RowArray, reverse_of
from schemas.instants import Instant


@dataclasses.dataclass(frozen=True)
class RelationFiles:
    """What the relations of one graph are written from.

    Attributes:
        engine: Sorts new rows.
        nodes: Of the new graph.
        folder: Of the new graph; its nodes are written already.
        base: The graph that is continued; None builds from the logs alone.
    """

    engine: Engine
    nodes: NodeTables
    folder: Path
    base: BaseGraph | None

    def write_edges(self, links: LinkTables, end: Instant) -> list[WrittenPart]:
        """Writes every relation, each sorted by target, then time, row and weight, and the carry-over."""
        pending, late = self._pending(links, end)
        written: dict[EdgeType, WrittenPart] = {}
        with _progress(
            "edges", sum(2 * _count(getattr(links, edge_type[1])) for edge_type in EDGE_TYPES[:4])
        ) as progress:
            for forward in EDGE_TYPES[:4]:
                for edge_type in (forward, reverse_of(forward)):
                    rows = directed_edges(getattr(links, forward[1]), reverse=edge_type != forward)
                    edges = self._write_edges_of(edge_type, rows, progress)
                    if late is not None and forward[1] == "clicks":
                        set_late_dwells(edges, late, by_content=edge_type == forward)
                    written[edge_type] = _written(f"{edge_type[1]}_edges", edges)
        write_carry_over(self.folder, end, pending)
        return [written[edge_type] for edge_type in EDGE_TYPES]

    def write_orders(self, orders: ibis.expr.types.Table) -> tuple[Edges, WrittenPart]:
        """Writes every order, by user, then time and article.

        Args:
            orders: target (the user's index), row (of article_embedding), time.
        """
        orders = self.engine.keep("order_links", orders)
        target = self.folder / "features" / "orders"
        with _progress("orders", _count(orders)) as progress:
            if self.base is None:
                written = write_compressed(self.engine, orders, self.nodes.counts["user"], target, progress, False)
            else:
                row_index = numpy.concatenate([[-1], self._index("article") + 1]).astype(numpy.int32)
                written = self._continue(self.base.orders, orders, row_index, "user", target, progress, None)
        return written, _written("orders", written)

    def _write_edges_of(self, edge_type: EdgeType, rows: ibis.expr.types.Table, progress: tqdm.tqdm[Never]) -> Edges:
        source, relation, target = edge_type
        folder = self.folder / "edges" / "__".join(edge_type)
        # What features what is made anew: contents change their brands, and their first_seen.
        if self.base is None or relation in ("features", "featured_by"):
            return write_compressed(self.engine, rows, self.nodes.counts[target], folder, progress, weighted=True)
        weight: Literal["dwell", "one"] = "dwell" if "dwell" in rows.columns else "one"
        return self._continue(
            self.base.relation(edge_type), rows, self._index(source), target, folder, progress, weight
        )

    def _continue(
        self,
        base: BaseRelation,
        rows: ibis.expr.types.Table,
        row_index: RowArray,
        target: str,
        folder: Path,
        progress: tqdm.tqdm[Never],
        weight: Literal["dwell", "one"] | None,
    ) -> Edges:
        """Sorts the new rows alone and joins them with what stays of the earlier graph."""
        new = self.engine.work_folder / "new" / folder.name
        added = write_compressed(self.engine, rows, self.nodes.counts[target], new, progress, weight is not None)
        return write_merged(base, row_index, self._index(target), added, folder, weight)

    def _pending(self, links: LinkTables, end: Instant) -> tuple[list[PendingClicks], PendingClicks | None]:
        """The clicks whose dwell is not known at the end, and those of the earlier graph whose dwell is known now."""
        rows = links.pending.select(*(links.pending[name].name(field) for name, field in _pending_columns()))
        new = PendingClicks.from_arrow(pyarrow.Table.from_batches(self.engine.stream(rows), rows.schema().to_pyarrow()))
        if self.base is None:
            return [new], None
        earlier = self.base.pending(self._index("user"), self._index("content"))
        known = earlier.known(end)
        return [new, earlier.select(~known)], earlier.select(known)

    def _index(self, kind: str) -> RowArray:
        if self.base is None:
            raise RuntimeError("nothing is continued")
        return self.base.new_index(kind, self.folder / "nodes")


def _pending_columns() -> list[tuple[str, str]]:
    return list(zip(("source", "target", "time", "dwell_seconds"), FIELDS, strict=True))


def _written(name: str, edges: Edges) -> WrittenPart:
    # The last edge of a target is its youngest.
    ends = edges.colptr[1:][numpy.diff(edges.colptr) > 0] - 1
    return WrittenPart(name, len(edges.row), int(edges.time[ends].max()) if len(ends) else None)


def _count(rows: ibis.expr.types.Table) -> int:
    return int(rows.count().execute())


def _progress(what: str, total: int) -> tqdm.tqdm[Never]:
    return tqdm.tqdm(total=total, desc=what, unit="row", unit_scale=True)
