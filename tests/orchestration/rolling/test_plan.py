"""Days do not overlap, nothing of a day is known to what is tested on it, and what is kept serves longer runs too."""

from __future__ import annotations

from pathlib import Path

from orchestration.arguments import Input
from orchestration.rolling.plan import plan_days
from schemas.instants import DAY
from schemas.timeline import Timeline
from tests.orchestration.rolling.small_evaluation import LOGS, small_configuration


def test_each_day_is_tested_alone_and_trained_on_the_days_before() -> None:
    configuration = small_configuration().model_copy(update={"test_days": 2})  # those of one run of the pipeline
    timelines = [plan.timeline for plan in plan_days(configuration, LOGS, 3, Path("/runs"))]
    first = small_configuration().timeline
    for number, timeline in enumerate(timelines):
        assert (timeline.as_of, timeline.test_end) == (first.as_of + number * DAY, first.as_of + (number + 1) * DAY)
        assert timeline.window_start == first.window_start + number * DAY
        assert timeline.network_end < timeline.as_of


def test_the_grid_is_the_shortest_refreshs_and_holds_the_instants_of_the_others() -> None:
    (plan,) = plan_days(small_configuration(refreshes=("1d", "2h", "30m")), LOGS, 1, Path("/runs"))
    task = plan.tasks[0]
    grid = set(task.moments.refresh_instants)
    for hours in (24, 2):
        values = task.timeline | {"refresh": hours * 3_600_000_000}
        assert set(Timeline(**values).refresh_instants) < grid


def test_more_days_and_seeds_find_what_was_kept_for_fewer() -> None:
    (day,) = plan_days(small_configuration(seeds=(1,)), LOGS, 1, Path("/runs"))
    days = plan_days(small_configuration(seeds=(2, 1)), LOGS, 3, Path("/runs"))
    assert days[0].folder == day.folder
    assert days[0].tasks[1].output == day.tasks[0].output
    assert len({task.output for plan in days for task in plan.tasks}) == 6
    assert [task.ranker.seeds for task in days[0].tasks] == [(2,), (1,)]


def test_what_follows_from_other_logs_or_settings_is_kept_elsewhere() -> None:
    configuration = small_configuration()
    (day,) = plan_days(configuration, LOGS, 1, Path("/runs"))
    (other_logs,) = plan_days(configuration, Input("/logs", "other"), 1, Path("/runs"))
    ranker = configuration.ranker.model_copy(update={"epochs": 2})
    (other_ranker,) = plan_days(configuration.model_copy(update={"ranker": ranker}), LOGS, 1, Path("/runs"))
    assert other_logs.folder != day.folder
    assert other_ranker.folder == day.folder
    assert other_ranker.tasks[0].output != day.tasks[0].output
