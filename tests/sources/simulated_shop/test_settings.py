"""Settings that cannot be a shop are refused, with the remedy."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.errors import ContractError
from schemas.instants import format_instant
from schemas.settings import parse_settings
from sources.simulated_shop.settings import SimulatorSettings


def test_users_follow_impressions_unless_given() -> None:
    assert SimulatorSettings().users == 5_000
    assert SimulatorSettings(impressions=1_200_000).users == 10_000
    assert SimulatorSettings(impressions=1_200_000, users=50).users == 50


def test_the_default_window_ends_at_the_daily_instant() -> None:
    settings = SimulatorSettings()
    assert format_instant(settings.start) == "2026-03-02T00:00:00Z"
    assert format_instant(settings.test_start) == "2026-03-09T00:00:00Z"
    assert format_instant(settings.end) == "2026-03-10T00:00:00Z"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"list_refresh_minutes": 7}, "does not divide a day; use 10 or 30"),
        ({"recent_share": 0.6, "random_share": 0.5}, "exceed 1 together"),
        ({"articles": 20, "brands": 30}, "20 articles cannot cover 30 brands"),
        ({"impressions": 1_000, "users": 5_000}, "5000 users are too many for 1000 impressions"),
        ({"clicks": "sometimes"}, "'clicks'"),
        ({"taste": -1}, "'taste'"),
        ({"color": 1}, "unknown key 'color'"),
    ],
)
def test_inconsistent_settings_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        parse_settings(SimulatorSettings, values, "test")
