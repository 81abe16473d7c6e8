"""The graph holds exactly what the design says, in the declared order, and nothing from its end on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.build_graph import loaded_rows, sorted_rows
from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from components.engine.duckdb_engine import DuckDBEngine
from schemas.artifact_meta import read_meta, require_known_before
from schemas.errors import ContractError
from schemas.graph_artifact import EDGE_TYPES, NODE_KINDS, GraphArtifact
from schemas.instants import DAY, HOUR, format_instant
from schemas.remote.reading import local_outline
from schemas.step_report import StepReport
from tests.components.build_graph.naive_graph import (
    LOGS_WINDOW,
    WINDOWS,
    NaiveGraph,
    built,
    edges_by_id,
    microseconds,
    with_ties,
)
from tests.folder_bytes import file_bytes
from tests.log_folders import START, Tables, shop_tables, write_validated_logs
from tests.storage_emulator import StorageEmulator


@settings(max_examples=6)
@given(
    seed=st.integers(0, 1000),
    window=st.sampled_from(sorted(WINDOWS)),
    ties=st.booleans(),
    rows_in_memory=st.sampled_from([0, 100, 10_000]),
)
def test_a_graph_equals_a_naive_construction(
    tmp_path_factory: pytest.TempPathFactory, seed: int, window: str, ties: bool, rows_in_memory: int
) -> None:
    tables = shop_tables(seed=seed, requests_a_day=8)
    if ties:
        tables = with_ties(tables)
    start, end = WINDOWS[window]
    graph = built(tmp_path_factory.mktemp("graph"), tables, LOGS_WINDOW, (start, end), rows_in_memory=rows_in_memory)
    naive = NaiveGraph(tables, start, end)
    for kind in NODE_KINDS:
        nodes = graph.nodes(kind).to_pydict()
        assert nodes["id"] == sorted(naive.first_seen[kind])
        assert [naive.first_seen[kind][node] for node in nodes["id"]] == [
            round(moment.timestamp() * 1e6) for moment in nodes["first_seen"]
        ]
        assert [naive.counters[kind][node] for node in nodes["id"]] == [
            list(pair) for pair in zip(nodes["views"], nodes["clicks"], strict=True)
        ]
    for edge_type in EDGE_TYPES:
        expected = sorted(naive.edges[edge_type])
        found = edges_by_id(graph, edge_type)
        assert [edge[:3] for edge in found] == [edge[:3] for edge in expected], edge_type
        numpy.testing.assert_allclose([edge[3] for edge in found], [edge[3] for edge in expected], rtol=1e-6)


@pytest.fixture(scope="module")
def tables() -> Tables:
    return with_ties(shop_tables(seed=3))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory, tables: Tables) -> GraphArtifact:
    return built(tmp_path_factory.mktemp("graph"), tables, LOGS_WINDOW, WINDOWS["train"])


def test_arrays_have_the_declared_types_lie_in_range_and_are_sorted(graph: GraphArtifact) -> None:
    for edge_type in EDGE_TYPES:
        edges = graph.edges(edge_type)
        sources, targets = (graph.nodes(kind).num_rows for kind in (edge_type[0], edge_type[2]))
        assert [array.dtype for array in (edges.colptr, edges.row, edges.time, edges.weight)] == [
            numpy.int64,
            numpy.int32,
            numpy.int64,
            numpy.float32,
        ]
        assert all(isinstance(array, numpy.memmap) for array in (edges.row, edges.time, edges.weight))
        assert len(edges.colptr) == targets + 1
        assert edges.colptr[0] == 0
        assert edges.colptr[-1] == len(edges.row) > 0
        assert (numpy.diff(edges.colptr) >= 0).all()
        assert edges.row.min() >= 0
        assert edges.row.max() < sources
        order = numpy.lexsort((edges.weight, edges.row, edges.time, edges.target))
        assert (order == numpy.arange(len(order))).all()


def test_nothing_at_or_after_the_end_is_anywhere(graph: GraphArtifact) -> None:
    end = graph.meta.as_of_instant
    assert end == WINDOWS["train"][1]
    assert graph.meta.details["window_start"] == format_instant(START)
    largest = [graph.edges(edge_type).time.max() for edge_type in EDGE_TYPES] + [graph.orders.time.max()]
    largest += [round(max(graph.nodes(kind)["first_seen"].to_pylist()).timestamp() * 1e6) for kind in NODE_KINDS]
    assert max(largest) < end
    assert graph.meta.largest_event_time == format_instant(int(max(largest)))


def test_what_happens_from_the_end_on_changes_no_byte(tmp_path: Path, tables: Tables) -> None:
    """The logs behind a graph reach beyond its end; none of it may leak in."""
    start, end = WINDOWS["train"]
    graph = built(tmp_path / "whole", tables, LOGS_WINDOW, (start, end))
    changed = {name: frame.copy() for name, frame in tables.items()}
    for name in ("impressions", "orders", "follows"):
        late = numpy.array(microseconds(changed[name]["timestamp"])) >= end
        assert late.any()
        assert not late.all()
        changed[name] = changed[name][~late]
    changed["impressions"]["clicked"] = tables["impressions"]["clicked"]
    ended = (
        numpy.array(microseconds(changed["impressions"]["timestamp"])) + changed["impressions"]["dwell_seconds"] * 1e6
    )
    running = (changed["impressions"]["clicked"] == 1) & (ended >= end)
    assert running.any()
    changed["impressions"].loc[running, "dwell_seconds"] *= 3
    future = changed["contents"]["published_at"] >= tables["impressions"]["timestamp"].max()
    assert future.any()
    changed["contents"] = changed["contents"][~future]
    other = built(tmp_path / "cut", changed, LOGS_WINDOW, (start, end))
    one, two = file_bytes(graph.folder), file_bytes(other.folder)
    assert one.keys() == two.keys()
    # The carry-over tells a later graph how those dwells ended; its own as_of keeps it from everybody else.
    assert sorted(name for name in one if one[name] != two[name]) == [
        "carry_over/clicks.parquet",
        "carry_over/meta.json",
    ]
    carried = read_meta(graph.folder / "carry_over", "graph_carry_over")
    with pytest.raises(ContractError, match="is later than 2026-03-09T00:00:00Z"):
        require_known_before(carried, end, graph.folder)


def test_same_logs_same_bytes_on_one_thread_or_four(tmp_path: Path, tables: Tables) -> None:
    logs = write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)
    for threads in (1, 4):
        build_graph(
            logs=logs,
            output=tmp_path / f"graph{threads}",
            start=START,
            end=START + 7 * DAY,
            settings=GraphSettings(threads=threads),
            report=StepReport("build_graph", 0.0),
        )
    assert file_bytes(tmp_path / "graph1") == file_bytes(tmp_path / "graph4")


@pytest.mark.parametrize("rows_in_memory", [0, 1 << 22])
@pytest.mark.parametrize("key_bits", [8, 62])
def test_wherever_rows_are_sorted_and_whatever_one_number_holds_the_bytes_are_the_same(
    graph: GraphArtifact,
    tmp_path: Path,
    tables: Tables,
    monkeypatch: pytest.MonkeyPatch,
    rows_in_memory: int,
    key_bits: int,
) -> None:
    monkeypatch.setattr(sorted_rows, "KEY_BITS", key_bits)
    monkeypatch.setattr(loaded_rows, "KEY_BITS", key_bits)
    other = built(tmp_path, tables, LOGS_WINDOW, WINDOWS["train"], rows_in_memory=rows_in_memory)
    assert file_bytes(other.folder) == file_bytes(graph.folder)


def test_an_unknown_dwell_weighs_exactly_one(tmp_path: Path, tables: Tables) -> None:
    changed = {**tables, "impressions": tables["impressions"].assign(dwell_seconds=None)}
    graph = built(tmp_path, changed, LOGS_WINDOW, WINDOWS["train"])
    for edge_type in EDGE_TYPES:
        assert (graph.edges(edge_type).weight == 1).all()


def test_declared_attributes_and_the_kind_are_columns_of_contents(graph: GraphArtifact, tables: Tables) -> None:
    nodes = graph.nodes("content").to_pandas().set_index("id")
    contents = tables["contents"].set_index("content_id").loc[nodes.index]
    for column in ("kind", "premium", "body_length"):
        assert (nodes[column] == contents[column]).all()


def test_the_report_counts_nodes_and_edges(graph: GraphArtifact) -> None:
    counts = graph.meta.counts
    for kind in (*NODE_KINDS, "article"):
        assert counts[f"{kind}_nodes"] == graph.nodes(kind).num_rows
    for edge_type in EDGE_TYPES:
        assert counts[f"{edge_type[1]}_edges"] == len(graph.edges(edge_type).row)


def test_the_meta_names_the_logs_it_was_made_from(tmp_path: Path, tables: Tables) -> None:
    first = built(tmp_path / "first", tables, LOGS_WINDOW, WINDOWS["train"])
    second = built(tmp_path / "second", tables, (START, START + 8 * DAY - HOUR), WINDOWS["train"])
    assert first.meta.inputs.keys() == {"validated_logs"}
    assert first.meta.inputs != second.meta.inputs
    assert read_meta(first.folder, "graph") == first.meta


def test_a_cluster_reads_the_logs_where_they_are(
    tmp_path: Path, tables: Tables, storage_emulator: StorageEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The outline of a remote artifact has names only; every file is asked for by its address."""
    logs = write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)
    storage_emulator.upload(logs, "gs://shop/validated")
    asked: list[str] = []
    read_parquet = DuckDBEngine.read_parquet

    def read_address(engine: DuckDBEngine, paths: Sequence[str]) -> object:
        asked.extend(paths)
        return read_parquet(engine, [path.replace("gs://shop/validated", str(logs)) for path in paths])

    monkeypatch.setattr(DuckDBEngine, "read_parquet", read_address)
    with local_outline("gs://shop/validated", "validated_logs") as outline:
        assert sum(path.stat().st_size for path in outline.rglob("*.parquet")) == 0
        build_graph(
            logs=outline,
            output=tmp_path / "remote",
            start=START + DAY,
            end=START + 7 * DAY,
            settings=GraphSettings(),
            report=StepReport("build_graph", 0.0),
            read_from="gs://shop/validated",
        )
    assert all(path.startswith("gs://shop/validated/") for path in asked)
    days = [path.split("/")[-2] for path in asked if "/impressions/" in path]
    assert days == [f"day=2026-03-0{day}" for day in range(3, 9)]
    local = built(tmp_path / "local", tables, LOGS_WINDOW, (START + DAY, START + 7 * DAY))
    assert file_bytes(tmp_path / "remote") == file_bytes(local.folder)
