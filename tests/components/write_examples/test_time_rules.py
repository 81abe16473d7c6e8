"""Rules 4, 5 and 7: no record knows anything of its own refresh interval or later; and the sabotage that breaks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from schemas.errors import ContractError
from schemas.example_artifact import SPLITS
from schemas.graph_artifact import IntArray
from schemas.instants import HOUR, Instant, format_instant
from schemas.ranking_features import features_of
from schemas.timeline import Timeline
from tests.components.write_examples.brute_force import BruteForce
from tests.components.write_examples.small_world import (
    TIMELINE,
    World,
    examples_of,
    impressions_frame,
    parsed_records,
    world_tables,
    write_world,
)
from tests.log_folders import Tables, moments

NOT_A_SLICE = [feature.name for feature in features_of(frozenset({"base", "graph", "position", "label", "provenance"}))]
"""Slices are fixed at the daily as_of and say nothing of what a row may know."""


def all_records(world: World, output: Path) -> list[dict[str, Any]]:
    artifact = examples_of(world, output)
    return [record for split in SPLITS for record in parsed_records(artifact, split)]


def scrambled_from(tables: Tables, instant: Instant, seed: int = 5) -> Tables:
    """Other clicks, contents and users, and other orders, from an instant on."""
    generator = numpy.random.default_rng(seed)
    rows = tables["impressions"].copy()
    later = (impressions_frame(tables)["time"] >= instant).to_numpy()
    rows.loc[later, "clicked"] = 1 - rows.loc[later, "clicked"]
    rows.loc[later, "dwell_seconds"] = numpy.nan
    names = {
        name: f"content{number:02d}" for number, name in enumerate(generator.permutation(rows["content_id"].unique()))
    }
    rows.loc[later, "content_id"] = rows.loc[later, "content_id"].map(names)
    users = dict(zip(rows["user_id"].unique(), generator.permutation(rows["user_id"].unique()), strict=True))
    rows.loc[later, "user_id"] = rows.loc[later, "user_id"].map(users)
    orders = tables["orders"].copy()
    later = orders["timestamp"] >= moments(numpy.array([instant]))[0]
    orders.loc[later, "article_id"] = "article00"
    return {**tables, "impressions": rows, "orders": orders}


@pytest.mark.parametrize("instant", [TIMELINE.as_of - 20 * HOUR, TIMELINE.as_of, TIMELINE.as_of + 4 * HOUR + 1])
def test_what_happens_later_changes_no_earlier_record(tmp_path: Path, instant: Instant) -> None:
    """The future may be anything: records of requests before it stay as they are."""
    tables = world_tables(seed=2)
    first = all_records(write_world(tmp_path / "first", tables), tmp_path / "first" / "examples")
    second = all_records(
        write_world(tmp_path / "second", scrambled_from(tables, instant)), tmp_path / "second" / "examples"
    )
    earlier = [[record for record in records if record["timestamp"][0] < instant] for records in (first, second)]
    assert len(earlier[0]) == len(earlier[1]) > 30
    for before, after in zip(*earlier, strict=True):
        assert {name: before[name] for name in NOT_A_SLICE} == {name: after[name] for name in NOT_A_SLICE}
    later = [[record for record in records if record["timestamp"][0] >= instant] for records in (first, second)]
    assert [record["clicked"] for record in later[0]] != [record["clicked"] for record in later[1]]


def shift_request(tables: Tables, request: str, instant: Instant) -> None:
    rows = tables["impressions"]
    rows.loc[rows["request_id"] == request, "timestamp"] = moments(numpy.array([instant]))[0]


@pytest.mark.parametrize(("event", "views"), [(-1, 1), (0, 0), (1, 0)])
def test_an_event_at_the_refresh_itself_is_not_counted(tmp_path: Path, event: int, views: int) -> None:
    """A content shown once, one microsecond before, at, and after the refresh that the next request sees."""
    tables = world_tables(seed=3)
    rows, refresh = tables["impressions"], TIMELINE.as_of + 6 * HOUR
    assert "content11" not in rows["content_id"].to_numpy()
    requests = rows.loc[impressions_frame(tables)["time"] >= TIMELINE.as_of, "request_id"].unique()
    shown_first, shown_second = requests[4], requests[5]
    for request, instant in ((shown_first, refresh + event), (shown_second, refresh + HOUR)):
        shift_request(tables, request, instant)
        rows.loc[rows.index[rows["request_id"] == request][0], "content_id"] = "content11"
    records = all_records(write_world(tmp_path, tables), tmp_path / "examples")
    record = next(record for record in records if record["request_id"] == [shown_second.encode()])
    position = record["content_id"].index(b"content11")
    assert record["content_views_7d"][position] == record["content_views_1h"][position] == views


@pytest.mark.parametrize(("event", "views"), [(-1, 1), (0, 0)])
def test_a_users_own_view_at_the_instant_of_the_request_is_not_counted(tmp_path: Path, event: int, views: int) -> None:
    """Two loads of a page by one user: the second knows of the first only if that is strictly older."""
    tables = world_tables(seed=3)
    rows, instant = tables["impressions"], TIMELINE.as_of + 6 * HOUR + 5
    requests = rows.loc[impressions_frame(tables)["time"] >= TIMELINE.as_of, "request_id"].unique()
    for request, moment in ((requests[4], instant + event), (requests[5], instant)):
        shift_request(tables, request, moment)
        rows.loc[rows["request_id"] == request, "user_id"] = "someone"
        rows.loc[rows.index[rows["request_id"] == request][0], "content_id"] = "content11"
    records = all_records(write_world(tmp_path, tables), tmp_path / "examples")
    record = next(record for record in records if record["request_id"] == [requests[5].encode()])
    assert record["own_views"][record["content_id"].index(b"content11")] == views
    assert record["user_views"] == [4 * views]


def end_of_interval(timeline: Timeline, time: IntArray) -> IntArray:
    """Rule 5 switched off: the refresh that follows the row."""
    return timeline.as_of + (time - timeline.as_of) // timeline.refresh * timeline.refresh + timeline.refresh


def test_rule_5_can_be_switched_off_from_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The leak test's sabotage: with the refresh after the row, counters and embeddings hold the row's own events.

    The last rows then see the refresh at test_end, which no timeline asks for: it has to be embedded besides.
    """
    monkeypatch.setattr(Timeline, "visible_refresh", end_of_interval)
    tables = world_tables()
    with pytest.raises(ContractError, match=format_instant(TIMELINE.test_end)):
        all_records(write_world(tmp_path / "short", tables), tmp_path / "short" / "examples")
    world = write_world(tmp_path, tables, further=(TIMELINE.test_end,))
    records = all_records(world, tmp_path / "examples")
    assert all(min(record["content_views_6h"]) >= 1 for record in records)
    assert any(record["refresh"][0] == TIMELINE.test_end for record in records)
    expected = BruteForce(world, TIMELINE).requests(TIMELINE.network_end, TIMELINE.test_end)
    for name in ("refresh", "content_views_6h", "content_click_rate_6h", "content_embedding", "user_has_edges"):
        for record, right in zip(records, expected, strict=True):
            numpy.testing.assert_allclose(record[name], right[name], rtol=2e-5, err_msg=name)
