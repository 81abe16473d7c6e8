"""Refreshes that cannot share one grid of embeddings are refused."""

from __future__ import annotations

import pytest

from orchestration.rolling.settings import RollingSettings


def test_the_shortest_refresh_comes_last_whatever_the_order() -> None:
    settings = RollingSettings(refreshes=("30m", "1d", "2h"))
    assert settings.refreshes == ("1d", "2h", "30m")
    assert settings.shortest == "30m"


@pytest.mark.parametrize("refreshes", [("2h", "3h"), ("7h",), ("2d", "1d"), ("often",)])
def test_refuses_what_no_grid_holds(refreshes: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"refreshes|duration"):
        RollingSettings(refreshes=refreshes)


def test_refuses_a_seed_twice() -> None:
    with pytest.raises(ValueError, match="seeds must be different"):
        RollingSettings(seeds=(1, 1))
