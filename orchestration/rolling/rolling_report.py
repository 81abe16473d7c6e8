"""report.json of a rolling evaluation, see the design of the run's report: its own figures, and those of each day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestration.rolling.kept_scores import KeptScores
from orchestration.rolling.kept_steps import PROCESSOR_SECONDS


def report_values(
    measured: Mapping[str, Any],
    days: Mapping[str, Sequence[KeptScores]],
    inputs: Mapping[str, Sequence[Mapping[str, Any]]],
    configuration: Mapping[str, Any],
    headline: str,
) -> dict[str, Any]:
    """The contents of report.json.

    Args:
        measured: From measuring.measure_days.
        days: By day, the scores of each seed.
        inputs: By day, the steps that made what all seeds read.
        configuration: The run's, as plain values.
        headline: The refresh that `rankers`, `lift` and `slices` of the report and of each day are of.

    Returns:
        `as_of`, `config`, `seeds`, `level`, `refresh`; `rankers`, `lift`, `slices` at the headline's refresh and
        `refreshes` with all of them, means over the days; `days` with the same of each day, its counts and its steps.
    """
    seeds = [kept.meta["seed"] for kept in next(iter(days.values()))]
    common = {
        "seeds": seeds,
        "level": configuration["evaluation"]["level"],
        "refresh": headline,
    }
    of_days = [
        {
            "as_of": day,
            **common,
            **measured["days"][day],
            **_headline(measured["days"][day]["refreshes"], headline),
            "steps": _steps(inputs[day], kept),
        }
        for day, kept in days.items()
    ]
    return {
        "as_of": of_days[0]["as_of"],
        "config": dict(configuration),
        **common,
        **_headline(measured["mean"], headline),
        "refreshes": measured["mean"],
        "days": of_days,
        "steps": _sum_of_steps([day["steps"] for day in of_days]),
    }


def _headline(refreshes: Mapping[str, Any], headline: str) -> dict[str, Any]:
    return {name: refreshes[headline][name] for name in ("rankers", "lift", "slices")}


def _steps(inputs: Sequence[Mapping[str, Any]], seeds: Sequence[KeptScores]) -> list[dict[str, Any]]:
    """The day's own steps once, those of the seeds together: durations are sums, `runs` is how often they ran."""
    return _sum_of_steps([inputs, *(kept.meta["steps"] for kept in seeds)])


def _sum_of_steps(parts: Sequence[Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for step in [step for part in parts for step in part]:
        entry = found.setdefault(step["name"], {"name": step["name"], "seconds": 0.0, "cached": False, "counts": {}})
        entry["seconds"] = round(entry["seconds"] + step["seconds"], 3)
        counts, before = step["counts"], entry["counts"]
        seconds = before.get(PROCESSOR_SECONDS, 0.0) + counts[PROCESSOR_SECONDS]
        entry["counts"] = {"runs": before.get("runs", 0) + counts.get("runs", 1), PROCESSOR_SECONDS: round(seconds, 3)}
    return list(found.values())
