"""The rules of time: which rows train, which test, and what a row may see."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import ContractError
from schemas.instants import DAY, HOUR, parse_instant
from schemas.timeline import Timeline

AS_OF = "2023-05-25T07:00:00Z"
REFRESHES = ("30m", "2h", "1d")


@pytest.mark.parametrize("refresh", REFRESHES)
@given(time=st.lists(st.integers(-7 * DAY, DAY), min_size=1))
def test_a_row_sees_the_last_refresh_at_or_before_it(refresh: str, time: list[int]) -> None:
    timeline = Timeline.from_text(AS_OF, refresh)
    rows = timeline.as_of + numpy.array(time, numpy.int64)
    visible = timeline.visible_refresh(rows)
    assert (visible <= rows).all()
    assert (rows < visible + timeline.refresh).all()
    assert ((visible - timeline.as_of) % timeline.refresh == 0).all()


@pytest.mark.parametrize("refresh", REFRESHES)
def test_every_refresh_that_a_ranking_row_may_see_is_in_the_list(refresh: str) -> None:
    timeline = Timeline.from_text(AS_OF, refresh)
    rows = numpy.arange(timeline.network_end, timeline.test_end, HOUR // 4, dtype=numpy.int64)
    assert numpy.unique(timeline.visible_refresh(rows)).tolist() == timeline.refresh_instants
    assert timeline.as_of in timeline.refresh_instants


def test_the_boundaries_of_the_default_run() -> None:
    timeline = Timeline.from_text("2026-03-09T00:00:00Z", "30m")
    assert timeline.window_start == parse_instant("2026-03-02")
    assert timeline.network_end == parse_instant("2026-03-06")
    assert timeline.test_end == parse_instant("2026-03-10")
    assert len(timeline.refresh_instants) == 4 * 48
    assert "2026-03-02T00:00:00Z to 2026-03-09T00:00:00Z" in timeline.describe()


def test_a_timeline_survives_the_way_through_a_pipeline_that_makes_floats_of_numbers() -> None:
    timeline = Timeline.from_text(AS_OF, "2h", window_days=5, network_days=3, test_days=2)
    assert Timeline.from_values({key: float(value) for key, value in timeline.to_values().items()}) == timeline


def test_spans_of_graphs_meet_at_the_as_of_and_do_not_overlap() -> None:
    timeline = Timeline.from_text(AS_OF, "30m")
    spans = timeline.graph_spans
    assert spans["train"] == (timeline.window_start, timeline.as_of)
    assert spans["test"] == (timeline.as_of, timeline.test_end)
    assert spans["replay"] == (timeline.window_start, timeline.test_end)


@pytest.mark.parametrize(("refresh", "message"), [("7h", "does not divide a day"), ("half an hour", "not a duration")])
def test_a_refresh_that_does_not_divide_a_day_is_refused(refresh: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        Timeline.from_text(AS_OF, refresh)


@pytest.mark.parametrize("network_days", [0, 7, 8])
def test_a_window_without_days_for_the_network_or_the_ranker_is_refused(network_days: int) -> None:
    with pytest.raises(ContractError, match=f"network_days is {network_days}"):
        Timeline.from_text(AS_OF, "30m", network_days=network_days)


def test_an_as_of_between_minutes_is_refused() -> None:
    with pytest.raises(ContractError, match="not a whole minute"):
        Timeline.from_text("2023-05-25T07:00:30Z", "30m")


def test_a_refresh_trains_on_every_row_since_the_ranker_that_it_starts_from_and_tests_on_later_ones() -> None:
    """However many half hours lie between: a gap is caught up."""
    daily = Timeline.from_text("2026-03-09T00:00:00Z", "30m")
    newest, trained_until = parse_instant("2026-03-10T04:00:00Z"), parse_instant("2026-03-10T01:00:00Z")
    timeline = daily.of_refresh(newest, trained_until, test=HOUR)
    assert (timeline.rows_start, timeline.as_of, timeline.test_end) == (trained_until, newest - HOUR, newest)
    rows = numpy.arange(timeline.rows_start, timeline.test_end, HOUR // 4, dtype=numpy.int64)
    assert {*timeline.visible_refresh(rows).tolist(), newest} == set(timeline.refresh_instants)
    assert timeline.serving_instant == newest > daily.serving_instant == daily.as_of
    # The first refresh that a row sees has its whole window, as those of the daily test day have.
    assert timeline.window_start == trained_until - 7 * DAY
    assert timeline.graph_spans["replay"] == (timeline.window_start, newest)
    assert "2026-03-10T01:00:00Z to 2026-03-10T03:00:00Z train" in timeline.describe()
    assert Timeline.from_values({key: float(value) for key, value in timeline.to_values().items()}) == timeline


@pytest.mark.parametrize(
    ("newest", "trained_until", "message"),
    [
        ("2026-03-10T04:10:00Z", "2026-03-10T01:00:00Z", "04:10:00Z is not on the grid|01:00:00Z is not on the grid"),
        ("2026-03-10T04:00:00Z", "2026-03-10T01:10:00Z", "01:10:00Z is not on the grid"),
        ("2026-03-10T04:00:00Z", "2026-03-10T03:00:00Z", "has none of one kind"),
        ("2026-03-10T04:00:00Z", "2026-03-10T03:30:00Z", "has none of one kind"),
    ],
)
def test_a_refresh_off_the_grid_or_without_rows_is_refused(newest: str, trained_until: str, message: str) -> None:
    daily = Timeline.from_text("2026-03-09T00:00:00Z", "30m")
    with pytest.raises(ContractError, match=message):
        daily.of_refresh(parse_instant(newest), parse_instant(trained_until), test=HOUR)


def test_a_refresh_needs_both_of_its_instants() -> None:
    with pytest.raises(ContractError, match="needs both instants"):
        Timeline.from_values({**Timeline.from_text(AS_OF, "30m").to_values(), "newest": parse_instant(AS_OF) + DAY})
