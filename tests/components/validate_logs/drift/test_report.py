"""Every compared column has a figure that shows its level, needs no network, and has the same bytes every time."""

from __future__ import annotations

import base64
import dataclasses

import numpy

from components.validate_logs.drift.report import column_sections
from components.validate_logs.drift.results import Distribution, DriftResult, TableComparison

DAYS = ("2026-03-05", "2026-03-06", "2026-03-07", "2026-03-08")
COUNTS = numpy.array([30, 60, 10])


def result(day: str, column: str | None, measure: str, **values: object) -> DriftResult:
    found = DriftResult("impressions", day, column, measure, 0.4, 0.3, 0.1, 0.5, warn=0.2, refuse=0.6, level="ok")
    return dataclasses.replace(found, **values)  # type: ignore[arg-type]  # any field of the result


def comparison() -> TableComparison:
    results: list[DriftResult] = []
    for day in DAYS[2:]:
        results.append(result(day, None, "volume", value=3000.0, reference=2900.0, change=1.03, warn=1.6, refuse=4.0))
        results.append(result(day, "slot", "kolmogorov_smirnov", reference=None))
        results.append(result(day, "device", "population_stability_index", reference=None))
        results.append(result(day, "device", "null_share", value=0.0, reference=0.0))
        results.append(result(day, "timestamp", "kolmogorov_smirnov", reference=None))
        results.append(result(day, "user_id", "unseen_share"))
    results[-4] = dataclasses.replace(results[-4], level="refuse")
    distributions = (
        Distribution("slot", "number", (), (0.0, 1.0, 5000.0), COUNTS, 2 * COUNTS),
        Distribution("device", "category", ("phone & <tablet>", "a very long name", "c"), (), COUNTS, 3 * COUNTS),
        Distribution("timestamp", "hour", (), (0.0, 8.0, 23.0), COUNTS, COUNTS),
    )
    return TableComparison("impressions", DAYS, tuple(results), distributions)


def test_every_column_has_one_figure_and_the_worst_level_of_its_newest_day() -> None:
    sections = column_sections([comparison()])
    assert [section.column for section in sections] == ["", "slot", "device", "timestamp", "user_id"]
    assert {section.column: section.level for section in sections if section.level != "ok"} == {"device": "refuse"}
    assert [len(section.newest) for section in sections] == [1, 1, 2, 1, 1]


def test_figures_are_pictures_without_links_times_or_chance() -> None:
    sections = column_sections([comparison()])
    assert sections == column_sections([comparison()])
    for section in sections:
        prefix, _, data = section.plot.partition(",")
        assert prefix == "data:image/svg+xml;base64"
        picture = base64.b64decode(data).decode()
        assert "<svg" in picture
        assert "dc:date" not in picture
    refused = base64.b64decode(
        next(item for item in sections if item.column == "device").plot.partition(",")[2]
    ).decode()
    assert "#b3261e" in refused
