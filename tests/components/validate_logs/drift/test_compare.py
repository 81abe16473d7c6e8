"""Each day is compared with the whole days before it: the same numbers as pandas and scipy, on both engines."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest
import scipy.stats

from components.engine.engine import Engine, open_engine
from components.engine.settings import EngineSettings
from components.validate_logs.checked_table import CheckedTable
from components.validate_logs.drift.compare import compare_days
from components.validate_logs.drift.results import DriftResult, TableComparison
from components.validate_logs.log_window import LogWindow
from schemas.drift_limits import ColumnDrift, DriftLimit
from schemas.instants import DAY, HOUR
from schemas.log_contract import Table, log_contract
from tests.components.validate_logs.drift.compared_logs import (
    NEWEST,
    WINDOW,
    checked,
    contents,
    impressions,
)
from tests.log_folders import START

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(EngineSettings(memory_limit="1GB")) as opened:
        yield opened


def compared(
    engine: Engine, folder: Path, frame: Any, window: LogWindow = WINDOW, table: Table | None = None
) -> TableComparison:
    others: dict[str, CheckedTable] = {"contents": checked(engine, folder, "contents", contents())}
    return compare_days(engine, checked(engine, folder, "impressions", frame, table), window, others)


def found(comparison: TableComparison, column: str | None, measure: str, day: str = NEWEST) -> DriftResult:
    (result,) = (
        result for result in comparison.results if (result.column, result.measure, result.day) == (column, measure, day)
    )
    return result


def test_every_number_equals_an_independent_recomputation(engine: Engine, tmp_path: Path) -> None:
    frame = impressions().merge(contents(), on="content_id")
    comparison = compared(engine, tmp_path, frame)
    day = frame["timestamp"].dt.strftime("%Y-%m-%d")
    days = sorted(day.unique())
    assert comparison.days == tuple(days)
    assert {result.day for result in comparison.results} == set(days[2:])
    for number in range(2, len(days)):
        newest, before = frame[day == days[number]], frame[day < days[number]]
        values = {
            (None, "volume"): len(newest),
            ("clicked", "rate"): newest["clicked"].mean(),
            ("device", "null_share"): 0.0,
            ("dwell_seconds", "null_share"): 0.0,  # of the clicked rows, that could have one
            ("contents.body_length", "null_share"): newest["body_length"].isna().mean(),
            ("contents.premium", "rate"): newest["premium"].mean(),
            ("user_id", "unseen_share"): (~newest["user_id"].isin(before["user_id"])).mean(),
            ("content_id", "unseen_share"): 0.0,
        }
        for (column, measure), value in values.items():
            assert found(comparison, column, measure, days[number]).value == pytest.approx(value, rel=1e-5), column
        # On the first day of the logs all users are new: it is no reference.
        earlier = [frame[day == name] for name in days[1:number]]
        known = [frame[day < name]["user_id"] for name in days[1:number]]
        new = sum((~rows["user_id"].isin(ids)).sum() for rows, ids in zip(earlier, known, strict=True))
        unseen = found(comparison, "user_id", "unseen_share", days[number])
        assert unseen.reference == pytest.approx(new / sum(map(len, earlier)), rel=1e-5)
        for column, name in (("device", "device"), ("clicked", "clicked"), ("contents.kind", "kind")):
            table = pandas.concat([newest[name].value_counts(), before[name].value_counts()], axis=1).fillna(0)
            expected = scipy.stats.chi2_contingency(table.to_numpy().T, correction=False)
            result = found(comparison, column, "chi_squared", days[number])
            assert result.value == pytest.approx(expected.statistic, rel=1e-4)
            assert result.p_value == pytest.approx(expected.pvalue, rel=1e-4)
            shares = table / table.sum()
            stability = (
                (shares.iloc[:, 0] - shares.iloc[:, 1]) * numpy.log(shares.iloc[:, 0] / shares.iloc[:, 1])
            ).sum()
            index = found(comparison, column, "population_stability_index", days[number])
            assert index.value == pytest.approx(stability, rel=1e-4)
        few_values: dict[str, Callable[[Any], Any]] = {
            "slot": lambda rows: rows["slot"].astype(int),
            "timestamp": lambda rows: rows["timestamp"].dt.hour,
            "contents.article_ids": lambda rows: rows["article_ids"].map(len),
        }
        for column, values_of in few_values.items():
            expected = scipy.stats.ks_2samp(values_of(newest), values_of(before), method="asymp")
            result = found(comparison, column, "kolmogorov_smirnov", days[number])
            assert result.value == pytest.approx(expected.statistic, rel=1e-4), column
        # Numbers of many values are told 2 % apart.
        for column, name in (("dwell_seconds", "dwell_seconds"), ("contents.body_length", "body_length")):
            expected = scipy.stats.ks_2samp(newest[name].dropna().astype(float), before[name].dropna().astype(float))
            result = found(comparison, column, "kolmogorov_smirnov", days[number])
            assert expected.statistic - 0.02 < result.value <= expected.statistic + 1e-6, column


def test_days_that_differ_by_chance_only_pass(engine: Engine, tmp_path: Path) -> None:
    for seed in range(3):
        comparison = compared(engine, tmp_path, impressions(seed))
        assert {result.level for result in comparison.results} == {"ok"}


def halved_volume(frame: Any, newest: Any) -> Any:
    return frame[~newest | (numpy.arange(len(frame)) % 2 == 0)]


def gone_volume(frame: Any, newest: Any) -> Any:
    return frame[~newest]


def doubled_click_rate(frame: Any, newest: Any) -> Any:
    generator = numpy.random.default_rng(9)
    return frame.assign(
        clicked=frame["clicked"].where(~newest | (generator.random(len(frame)) > 0.12), 1).astype("int8")
    )


def column_gone_null(frame: Any, newest: Any) -> Any:
    return frame.assign(device=frame["device"].where(~newest))


def dwell_gone_null(frame: Any, newest: Any) -> Any:
    return frame.assign(dwell_seconds=frame["dwell_seconds"].where(~newest))


def shifted_devices(frame: Any, newest: Any) -> Any:
    return frame.assign(device=frame["device"].where(~newest | (numpy.arange(len(frame)) % 4 > 0), "desktop"))


def one_device(frame: Any, newest: Any) -> Any:
    return frame.assign(device=frame["device"].where(~newest, "desktop"))


def new_device(frame: Any, newest: Any) -> Any:
    return frame.assign(device=frame["device"].where(~newest | (frame["device"] != "phone"), "Phone"))


def milliseconds_instead(frame: Any, newest: Any) -> Any:
    return frame.assign(dwell_seconds=frame["dwell_seconds"].where(~newest, frame["dwell_seconds"] * 1000))


def other_user_ids(frame: Any, newest: Any) -> Any:
    return frame.assign(user_id=frame["user_id"].where(~newest, "new:" + frame["user_id"]))


def shifted_hours(frame: Any, newest: Any) -> Any:
    noon = frame["timestamp"].dt.normalize() + pandas.Timedelta(hours=1)
    return frame.assign(timestamp=frame["timestamp"].where(~newest, noon))


@pytest.mark.parametrize(
    ("damage", "column", "measure", "level"),
    [
        (halved_volume, None, "volume", "warn"),
        (gone_volume, None, "volume", "refuse"),
        (doubled_click_rate, "clicked", "rate", "warn"),
        (column_gone_null, "device", "null_share", "refuse"),
        (shifted_devices, "device", "population_stability_index", "warn"),
        (one_device, "device", "population_stability_index", "refuse"),
        (new_device, "device", "population_stability_index", "refuse"),
        (other_user_ids, "user_id", "unseen_share", "refuse"),
        (shifted_hours, "timestamp", "kolmogorov_smirnov", "refuse"),
    ],
)
def test_a_damaged_newest_day_is_told(
    engine: Engine,
    tmp_path: Path,
    damage: Callable[[Any, Any], Any],
    column: str | None,
    measure: str,
    level: str,
) -> None:
    frame = impressions()
    newest = frame["timestamp"].dt.strftime("%Y-%m-%d") == NEWEST
    comparison = compared(engine, tmp_path, damage(frame, newest))
    assert found(comparison, column, measure).level == level
    assert {result.level for result in comparison.results if result.day != NEWEST} == {"ok"}


@pytest.mark.parametrize(
    ("damage", "measure"), [(dwell_gone_null, "null_share"), (milliseconds_instead, "kolmogorov_smirnov")]
)
def test_the_dwell_of_a_thousand_clicks_decides(
    engine: Engine, tmp_path: Path, damage: Callable[[Any, Any], Any], measure: str
) -> None:
    """The share of missing dwells is that of the clicked rows: 3 % of rows would else hide a column that is gone."""
    frame = impressions(rows=15_000)
    newest = frame["timestamp"].dt.strftime("%Y-%m-%d") == NEWEST
    result = found(compared(engine, tmp_path, damage(frame, newest)), "dwell_seconds", measure)
    assert result.level == "refuse"


def test_few_rows_are_shown_and_never_decide(engine: Engine, tmp_path: Path) -> None:
    frame = impressions(rows=900)
    newest = frame["timestamp"].dt.strftime("%Y-%m-%d") == NEWEST
    comparison = compared(engine, tmp_path, one_device(frame, newest))
    result = found(comparison, "device", "population_stability_index")
    assert result.refuse is not None
    assert result.change > result.refuse
    assert result.level == "ok"


def test_days_that_the_window_cuts_are_not_compared_and_yet_known(engine: Engine, tmp_path: Path) -> None:
    frame = impressions()
    window = LogWindow(START + 7 * HOUR, START + 5 * DAY + 7 * HOUR)
    inside = (frame["timestamp"] >= pandas.Timestamp("2026-03-02T07:00Z")) & (
        frame["timestamp"] < pandas.Timestamp("2026-03-07T07:00Z")
    )
    comparison = compared(engine, tmp_path, frame[inside], window)
    assert comparison.days == ("2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06")
    assert {result.day for result in comparison.results} == {"2026-03-05", "2026-03-06"}
    day = frame["timestamp"].dt.strftime("%Y-%m-%d")
    second = frame[day == "2026-03-04"]
    before = frame[inside & (day < "2026-03-04")]
    unseen = [found(comparison, "user_id", "unseen_share", day) for day in ("2026-03-05", "2026-03-06")]
    # The first whole day is a reference, since the cut day before it tells which of its users are new.
    first = frame[day == "2026-03-03"]
    new = (~second["user_id"].isin(before["user_id"])).sum()
    new += (~first["user_id"].isin(frame[inside & (day < "2026-03-03")]["user_id"])).sum()
    assert unseen[0].reference == pytest.approx(new / (len(first) + len(second)), rel=1e-5)


def test_two_whole_days_are_too_few(engine: Engine, tmp_path: Path) -> None:
    comparison = compared(engine, tmp_path, impressions(days=2), LogWindow(START, START + 2 * DAY))
    assert comparison.results == ()


def test_a_column_may_replace_the_limits_of_its_table(engine: Engine, tmp_path: Path) -> None:
    frame = impressions()
    newest = frame["timestamp"].dt.strftime("%Y-%m-%d") == NEWEST
    table = log_contract()["impressions"]
    for limit, level in ((DriftLimit(), "ok"), (DriftLimit(warn=0.2), "warn"), (DriftLimit(refuse=0.2), "refuse")):
        drift = ColumnDrift(population_stability_index=limit)
        device = table.columns["device"].model_copy(update={"drift": drift})
        changed = table.model_copy(update={"columns": {**table.columns, "device": device}})
        comparison = compared(engine, tmp_path, one_device(frame, newest), table=changed)
        assert found(comparison, "device", "population_stability_index").level == level


def test_a_new_context_column_is_compared_without_a_further_line(engine: Engine, tmp_path: Path) -> None:
    table = log_contract()["impressions"]
    campaign = table.columns["device"].model_copy(update={"description": "Which campaign."})
    changed = table.model_copy(update={"columns": {**table.columns, "campaign": campaign}})
    frame = impressions()
    newest = frame["timestamp"].dt.strftime("%Y-%m-%d") == NEWEST
    frame = frame.assign(campaign=numpy.where(newest, "spring", "winter"))
    comparison = compared(engine, tmp_path, frame, table=changed)
    assert found(comparison, "campaign", "population_stability_index").level == "refuse"


def test_a_category_of_many_values_stays_small(engine: Engine, tmp_path: Path) -> None:
    frame = impressions()
    frame["device"] = [f"device {number}" for number in range(len(frame))]
    comparison = compared(engine, tmp_path, frame)
    (distribution,) = (item for item in comparison.distributions if item.column == "device")
    assert len(distribution.labels) <= 256 * len(comparison.days)


@pytest.mark.slow
@needs_java
def test_spark_gives_the_same_results(engine: Engine, tmp_path: Path) -> None:
    frame = impressions()
    expected = compared(engine, tmp_path, frame)
    with open_engine(EngineSettings(engine="pyspark", memory_limit="1GB")) as spark:
        results = compared(spark, tmp_path, frame)
    assert [dataclasses.astuple(result) for result in results.results] == [
        dataclasses.astuple(result) for result in expected.results
    ]
    for one, other in zip(results.distributions, expected.distributions, strict=True):
        assert (one.labels, one.edges) == (other.labels, other.edges)
        assert (one.newest == other.newest).all()
        assert (one.before == other.before).all()
