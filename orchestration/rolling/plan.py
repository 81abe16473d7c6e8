"""Which days and seeds a rolling evaluation consists of, and where each is kept."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from orchestration.arguments import Input
from orchestration.configuration import RunConfiguration
from orchestration.fingerprint import code_fingerprint, values_fingerprint
from orchestration.rolling.seed_task import SeedTask
from schemas.instants import DAY, as_datetime, parse_duration
from schemas.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class DayPlan:
    """One test day.

    Attributes:
        timeline: Its instants; as_of is its first one.
        folder: Keeps its inputs and its seeds' scores.
        tasks: One a seed.
    """

    timeline: Timeline
    folder: Path
    tasks: tuple[SeedTask, ...]


def plan_days(configuration: RunConfiguration, logs: Input, days: int, runs: Path) -> list[DayPlan]:
    """Plans each day as the daily pipeline would run at its beginning: trained on the days before, tested on it alone.

    A folder's name holds a fingerprint of all that its contents follow from, logs, settings and code: what is kept
    there can be used whenever it is asked for again, also for more days or seeds than it was made for.

    Args:
        configuration: Of the first day.
        logs: A folder in the log contract.
        days: How many test days, the first one at the configuration's as_of.
        runs: The folder `rolling` in it keeps the days.
    """
    rolling = configuration.rolling
    code = {name: code_fingerprint(f"orchestration.rolling.{name}") for name in ("day_inputs", "seed_scores")}
    inputs_of = {name: getattr(configuration, name).model_dump(mode="json") for name in ("validation", "graph")}
    plans = []
    for day in range(days):
        timeline = dataclasses.replace(
            configuration.timeline,
            as_of=configuration.timeline.as_of + day * DAY,
            test_days=1,
            refresh=parse_duration(rolling.shortest),
        )
        made_of = {"logs": logs.fingerprint, "timeline": timeline.to_values(), "code": code["day_inputs"], **inputs_of}
        name = f"{as_datetime(timeline.as_of):%Y-%m-%d}-{values_fingerprint(made_of)}"
        folder = runs / "rolling" / name
        tasks = [_task(configuration, timeline, folder, seed, code["seed_scores"]) for seed in rolling.seeds]
        plans.append(DayPlan(timeline, folder, tuple(tasks)))
    return plans


def _task(configuration: RunConfiguration, timeline: Timeline, folder: Path, seed: int, code: str) -> SeedTask:
    task = SeedTask(
        inputs=folder,
        output=folder,
        timeline=timeline.to_values(),
        refreshes=configuration.rolling.refreshes,
        seed=seed,
        cold_content_views=configuration.cold_content_views,
        network=configuration.network,
        embedding=configuration.embedding,
        examples=configuration.examples,
        ranker=configuration.ranker.model_copy(update={"seeds": (seed,)}),
    )
    fingerprint = values_fingerprint({"task": task.made_of, "code": code})
    return task.model_copy(update={"output": folder / f"seed={seed}-{fingerprint}"})
