"""A refusal for drift names all that an operator needs; warnings and earlier days stop nothing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from components.validate_logs.drift.refusal import drifted, refuse_drift
from components.validate_logs.drift.results import DriftResult, Level, TableComparison, level_of
from schemas.drift_limits import DriftLimit
from schemas.errors import ContractError

RESULT = DriftResult(
    "impressions", "2026-03-09", "device", "null_share", 0.97, 0.01, 0.96, 0.0, warn=0.05, refuse=0.3, level="refuse"
)


def comparison(*results: DriftResult) -> TableComparison:
    return TableComparison("impressions", ("2026-03-07", "2026-03-08", "2026-03-09"), results, ())


def test_the_message_names_place_column_measure_value_limit_and_remedy() -> None:
    with pytest.raises(ContractError) as caught:
        refuse_drift(Path("logs"), [comparison(RESULT)])
    message = str(caught.value)
    for part in ("logs/impressions/day=2026-03-09", "'device'", "null_share", "0.97", "0.01", "0.96", "limit 0.3"):
        assert part in message
    assert "raise the limit in schemas/logs/impressions.yaml" in message


@pytest.mark.parametrize(("level", "day"), [("warn", "2026-03-09"), ("ok", "2026-03-09"), ("refuse", "2026-03-08")])
def test_warnings_and_earlier_days_stop_nothing(level: Level, day: str) -> None:
    result = dataclasses.replace(RESULT, level=level, day=day)
    refuse_drift(Path("logs"), [comparison(result)])
    assert drifted([comparison(result)], "warn") == ([result] if level == "warn" else [])


@pytest.mark.parametrize(
    ("change", "p_value", "level"),
    [(0.1, 0.0, "ok"), (0.2, 0.0, "warn"), (0.4, None, "refuse"), (0.4, 0.01, "ok"), (0.4, 0.001, "ok")],
)
def test_a_level_needs_size_and_significance(change: float, p_value: float | None, level: Level) -> None:
    assert level_of(change, DriftLimit(warn=0.1, refuse=0.3), p_value, significance=0.001) == level
