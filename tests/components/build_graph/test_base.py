"""A graph that continues an earlier one holds the same bytes as one built from scratch, without the earlier logs."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.build_graph import base_relation
from schemas.errors import ContractError
from schemas.graph_artifact import GraphArtifact
from schemas.instants import DAY, HOUR
from tests.components.build_graph.naive_graph import LOGS_WINDOW, built, with_ties
from tests.folder_bytes import file_bytes
from tests.log_folders import START, Tables, shop_tables, write_validated_logs

BASE = (START, START + 5 * DAY + HOUR)
"""Ends inside a day, so that one partition is read for the base and for what continues it."""


def changed_bytes(one: GraphArtifact, other: GraphArtifact) -> list[str]:
    """Files of one graph that the other lacks or has differently."""
    first, second = file_bytes(one.folder), file_bytes(other.folder)
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def long_dwells(tables: Tables) -> Tables:
    """Every click has a dwell of minutes to days, and one user clicks several times at one instant."""
    frame = tables["impressions"]
    clicked = numpy.random.default_rng(1).random(len(frame)) < 0.5
    dwell = numpy.random.default_rng(2).gamma(1, 30_000, len(frame)).astype(numpy.float32)
    frame["clicked"] = clicked.astype(numpy.int8)
    frame["dwell_seconds"] = numpy.where(clicked, dwell, numpy.nan)
    return tables


@settings(max_examples=8)
@given(
    seed=st.integers(0, 1000),
    days=st.integers(0, 5),
    end=st.sampled_from([START + 6 * DAY, START + 8 * DAY]),
    edges_at_once=st.sampled_from([1, 40, 1 << 18]),
    rows_in_memory=st.sampled_from([0, 100, 10_000]),
)
def test_continuing_gives_the_bytes_of_building_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, seed: int, days: int, end: int, edges_at_once: int, rows_in_memory: int
) -> None:
    folder = tmp_path_factory.mktemp("continued")
    tables = with_ties(long_dwells(shop_tables(seed=seed, requests_a_day=8, users=40)))
    base = built(folder, tables, LOGS_WINDOW, BASE)
    window = (min(START + days * DAY + 7 * HOUR * (days % 2), BASE[1]), end)
    scratch = built(folder, tables, LOGS_WINDOW, window)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base_relation, "EDGES_AT_ONCE", edges_at_once)
        continued = built(folder, tables, LOGS_WINDOW, window, base=base.folder, rows_in_memory=rows_in_memory)
    assert changed_bytes(scratch, continued) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


@pytest.fixture(scope="module")
def base(folder: Path) -> GraphArtifact:
    return built(folder, with_ties(long_dwells(shop_tables())), LOGS_WINDOW, BASE)


def test_dwells_that_ended_since_are_carried_over(folder: Path, base: GraphArtifact) -> None:
    """Their weight in the base is 1; the bytes could not agree if it stayed so."""
    window = (START + DAY, START + 8 * DAY)
    continued = built(folder, with_ties(long_dwells(shop_tables())), LOGS_WINDOW, window, base=base.folder)
    early = [graph.edges(("user", "clicks", "content")) for graph in (base, continued)]
    inside = (max(window[0], BASE[0]), BASE[1])
    weights = [edges.weight[(edges.time >= inside[0]) & (edges.time < inside[1])] for edges in early]
    assert len(weights[0]) == len(weights[1])
    assert (weights[0] == 1).sum() > (weights[1] == 1).sum()


def test_the_days_that_stay_are_not_read(folder: Path, base: GraphArtifact, tmp_path: Path) -> None:
    window = (START + DAY, START + 8 * DAY)
    tables = with_ties(long_dwells(shop_tables()))
    scratch = built(folder, tables, LOGS_WINDOW, window)
    write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)
    for table in ("impressions", "orders", "follows"):
        for day in (tmp_path / "logs" / table).glob("day=*"):
            if day.name < "day=2026-03-07":
                shutil.rmtree(day)
    continued = built(tmp_path, tables, LOGS_WINDOW, window, base=base.folder)
    assert changed_bytes(scratch, continued) == []
    with pytest.raises(ContractError, match="no impression"):
        built(tmp_path, tables, LOGS_WINDOW, (START, START + 3 * DAY))


def test_contents_and_articles_that_are_gone_take_their_edges_along(folder: Path, base: GraphArtifact) -> None:
    tables = with_ties(long_dwells(shop_tables()))
    gone_contents, gone_articles = ["content03", "content07"], ["article01", "article14"]
    impressions, orders = tables["impressions"], tables["orders"]
    tables["contents"] = tables["contents"][~tables["contents"]["content_id"].isin(gone_contents)].reset_index()
    tables["contents"]["article_ids"] = [
        [article for article in articles if article not in gone_articles]
        for articles in tables["contents"]["article_ids"]
    ]
    tables["articles"] = tables["articles"][~tables["articles"]["article_id"].isin(gone_articles)]
    tables["impressions"] = impressions[~impressions["content_id"].isin(gone_contents)]
    tables["orders"] = orders[~orders["article_id"].isin(gone_articles)]
    window = (START + DAY, START + 8 * DAY)
    smaller = folder / "smaller"
    scratch = built(smaller, tables, LOGS_WINDOW, window)
    continued = built(smaller, tables, LOGS_WINDOW, window, base=base.folder)
    assert changed_bytes(scratch, continued) == []
    assert set(gone_contents).isdisjoint(continued.nodes("content")["id"].to_pylist())


def test_users_without_an_event_in_the_window_are_gone(tmp_path: Path) -> None:
    tables = shop_tables()
    first_day = pandas.to_datetime(tables["impressions"]["timestamp"]).dt.day == 2
    tables["impressions"].loc[first_day, "user_id"] = "only_the_first_day"
    earlier = built(tmp_path, tables, LOGS_WINDOW, BASE)
    window = (START + DAY, START + 7 * DAY)
    continued = built(tmp_path, tables, LOGS_WINDOW, window, base=earlier.folder)
    assert "only_the_first_day" in earlier.nodes("user")["id"].to_pylist()
    assert "only_the_first_day" not in continued.nodes("user")["id"].to_pylist()
    assert changed_bytes(built(tmp_path, tables, LOGS_WINDOW, window), continued) == []


@pytest.mark.parametrize(
    "window", [(START - DAY, START + 7 * DAY), (BASE[1] + 1, START + 8 * DAY), (START, BASE[1]), (START, START + DAY)]
)
def test_a_base_that_does_not_reach_is_refused(folder: Path, base: GraphArtifact, window: tuple[int, int]) -> None:
    with pytest.raises(ContractError, match=r"the base covers 2026-03-02T00:00:00Z to 2026-03-07T01:00:00Z"):
        built(folder, shop_tables(), LOGS_WINDOW, window, base=base.folder)


def test_a_base_without_what_lies_before_its_window_is_refused(tmp_path: Path) -> None:
    day = built(tmp_path, shop_tables(), LOGS_WINDOW, BASE, reach_back=False)
    with pytest.raises(ContractError, match="leaves out what lies before its window"):
        built(tmp_path, shop_tables(), LOGS_WINDOW, (START, START + 7 * DAY), base=day.folder)


def test_a_base_without_a_carry_over_is_refused(tmp_path: Path) -> None:
    earlier = built(tmp_path, shop_tables(), LOGS_WINDOW, BASE)
    shutil.rmtree(earlier.folder / "carry_over")
    with pytest.raises(ContractError, match="not a complete graph_carry_over artifact"):
        built(tmp_path, shop_tables(), LOGS_WINDOW, (START, START + 7 * DAY), base=earlier.folder)
