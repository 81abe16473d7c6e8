"""A day without any click has no best possible score, and says so instead of failing."""

from __future__ import annotations

from sources.simulated_shop.facts import RunFacts
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


def test_no_clicks_no_best_score() -> None:
    settings = SimulatorSettings(impressions=1_000, contents=60, click_logit=-60.0)
    world = World(settings)
    facts = RunFacts(settings, world.contents)
    for period in world.periods():
        facts.add(period)
    summary = facts.summary()
    assert summary["clicks"] == 0
    assert summary["click_rate"] == 0
    assert "best_possible" not in summary["test_day"]
