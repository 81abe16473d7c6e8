"""Writes the relations of a graph: from the logs alone, or those of an earlier graph continued with newer logs."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Literal, Never, TypeAlias

import ibis.expr.types
import numpy
import pyarrow
import tqdm

from components.build_graph.base_graph import BaseGraph
from components.build_graph.carry_over import FIELDS, PendingClicks, write_carry_over
from components.build_graph.edges import Links, LinkTables, directed_edges
from components.build_graph.graph_files import WrittenPart
from components.build_graph.late_dwells import set_late_dwells
from components.build_graph.loaded_rows import LoadedRows
from components.build_graph.merged_arrays import write_merged
from components.build_graph.nodes import NodeTables
from components.build_graph.sorted_rows import RowSpan, UnsortedRows, write_sorted
from components.engine.engine import Engine
from schemas.graph_artifact import EDGE_TYPES, Edges, EdgeType, RowArray, reverse_of
from schemas.instants import Instant

CLICKS: EdgeType = ("user", "clicks", "content")

StartedEdges: TypeAlias = dict[EdgeType, Future[Edges]]


@dataclasses.dataclass(frozen=True)
class RelationFiles:
    """What the relations of one graph are written from.

    Attributes:
        engine: Sorts new rows that do not fit memory.
        rows_in_memory: How many rows of one relation do.
        nodes: Of the new graph.
        folder: Of the new graph; its nodes are written already.
        base: The graph that is continued; None builds from the logs alone.
        joining: Where relations of the base are joined with newer edges.
    """

    engine: Engine
    rows_in_memory: int
    nodes: NodeTables
    folder: Path
    base: BaseGraph | None
    joining: Executor

    def start_edges(self, links: LinkTables) -> StartedEdges:
        """Sorts every relation by target, time, row and weight; numpy joins one while the engine sorts the next."""
        started: StartedEdges = {}
        total = 0
        with _progress("edges", total) as progress:
            for forward in EDGE_TYPES[:4]:
                of_relation = links.of(forward[1])
                total += 2 * of_relation.span.count
                progress.total = total
                for edge_type, rows in self._both_directions(forward, of_relation):
                    started[edge_type] = self._write_edges_of(edge_type, rows, progress)
        return started

    def finish_edges(self, started: StartedEdges, links: LinkTables, end: Instant) -> list[WrittenPart]:
        """Waits for every relation, and writes what clicks have become of dwells that are known now, or later."""
        written = {edge_type: future.result() for edge_type, future in started.items()}
        pending, late = self._pending(links, end)
        for edge_type in (CLICKS, reverse_of(CLICKS)):
            set_late_dwells(written[edge_type], late, by_content=edge_type == CLICKS)
        write_carry_over(self.folder, end, pending)
        return [_written(f"{edge_type[1]}_edges", written[edge_type]) for edge_type in EDGE_TYPES]

    def write_orders(self, orders: ibis.expr.types.Table) -> tuple[Edges, WrittenPart]:
        """Writes every order, by user, then time and article.

        Args:
            orders: target (the user's index), row (of article_embedding), time.
        """
        orders = self.engine.keep("order_links", orders)
        target = self.folder / "features" / "orders"
        span = RowSpan.of(orders)
        rows = UnsortedRows(orders, span, self.nodes.counts["user"], self._loading(orders, span))
        with _progress("orders", rows.span.count) as progress:
            if self.base is None:
                written = write_sorted(self.engine, rows, target, progress, weighted=False)
            else:
                row_index = numpy.concatenate([[-1], self._index("article") + 1]).astype(numpy.int32)
                index = (row_index, self._index("user"))
                added = self._sorted_apart(rows, target, progress, weighted=False)
                written = write_merged(self.base.orders, *index, added(), target, None)
        return written, _written("orders", written)

    def _both_directions(self, forward: EdgeType, links: Links) -> Iterator[tuple[EdgeType, UnsortedRows]]:
        """The rows of a relation and of its reverse; put in order of time once for both, beside the engine."""
        backward = reverse_of(forward)
        edges = directed_edges(links.rows, reverse=False)
        loading = self._loading(edges, links.span)
        loaded: Callable[[], LoadedRows] | None = None if loading is None else self.joining.submit(loading).result
        yield forward, UnsortedRows(edges, links.span, self.nodes.counts[forward[2]], loaded)
        edges = directed_edges(links.rows, reverse=True)
        loaded = None if loaded is None else _reversed(loaded)
        yield backward, UnsortedRows(edges, links.span, self.nodes.counts[backward[2]], loaded)

    def _write_edges_of(self, edge_type: EdgeType, rows: UnsortedRows, progress: tqdm.tqdm[Never]) -> Future[Edges]:
        source, relation, target = edge_type
        folder = self.folder / "edges" / "__".join(edge_type)
        # What features what is made anew: contents change their brands, and their first_seen.
        if self.base is None or relation in ("features", "featured_by"):
            done: Future[Edges] = Future()
            done.set_result(write_sorted(self.engine, rows, folder, progress, weighted=True))
            return done
        index = (self._index(source), self._index(target))
        weight: Literal["dwell", "one"] = "dwell" if "dwell" in rows.rows.columns else "one"
        added = self._sorted_apart(rows, folder, progress, weighted=True)
        base = self.base.relation(edge_type)
        return self.joining.submit(lambda: write_merged(base, *index, added(), folder, weight))

    def _loading(self, rows: ibis.expr.types.Table, span: RowSpan) -> Callable[[], LoadedRows] | None:
        """Takes the rows out of the engine if they fit memory; who calls the result orders them."""
        if span.count > self.rows_in_memory:
            return None
        return functools.partial(LoadedRows.of, list(self.engine.stream(rows)), rows.schema().to_pyarrow())

    def _sorted_apart(
        self, rows: UnsortedRows, folder: Path, progress: tqdm.tqdm[Never], *, weighted: bool
    ) -> Callable[[], Edges]:
        """Sorts the new rows alone; what stays of the earlier graph is sorted already."""
        if rows.loaded is not None:
            # Sorted where they are joined, while the engine works out the next relation.
            progress.update(rows.span.count)
            return functools.partial(_sorted, rows.loaded, rows.targets)
        new = self.engine.work_folder / "new" / folder.name
        written = write_sorted(self.engine, rows, new, progress, weighted)
        return lambda: written

    def _pending(self, links: LinkTables, end: Instant) -> tuple[list[PendingClicks], PendingClicks]:
        """The clicks whose dwell is not known at the end, and those of the earlier graph whose dwell is known now."""
        rows = links.pending.select(*(links.pending[name].name(field) for name, field in _pending_columns()))
        new = PendingClicks.from_arrow(pyarrow.Table.from_batches(self.engine.stream(rows), rows.schema().to_pyarrow()))
        if self.base is None:
            return [new], new.select(numpy.zeros(len(new.time), bool))
        earlier = self.base.pending(self._index("user"), self._index("content"))
        known = earlier.known(end)
        return [new, earlier.select(~known)], earlier.select(known)

    def _index(self, kind: str) -> RowArray:
        if self.base is None:
            raise RuntimeError("nothing is continued")
        return self.base.new_index(kind, self.folder / "nodes")


def _sorted(loaded: Callable[[], LoadedRows], targets: int) -> Edges:
    return loaded().edges(targets)


def _reversed(loaded: Callable[[], LoadedRows]) -> Callable[[], LoadedRows]:
    return lambda: loaded().reversed()


def _pending_columns() -> list[tuple[str, str]]:
    return list(zip(("source", "target", "time", "dwell_seconds"), FIELDS, strict=True))


def _written(name: str, edges: Edges) -> WrittenPart:
    # The last edge of a target is its youngest.
    ends = edges.colptr[1:][numpy.diff(edges.colptr) > 0] - 1
    return WrittenPart(name, len(edges.row), int(edges.time[ends].max()) if len(ends) else None)


def _progress(what: str, total: int) -> tqdm.tqdm[Never]:
    return tqdm.tqdm(total=total, desc=what, unit="row", unit_scale=True)
