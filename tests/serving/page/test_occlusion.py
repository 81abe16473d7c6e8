"""An order's effect is what the score loses without it, and nothing else is left out."""

from __future__ import annotations

import pytest

from serving.page.occlusion import order_effects
from serving.visitor import Visitor

WORTH = {"a1": 0.2, "a2": -0.3, "a3": 0.0}


def additive(visitor: Visitor) -> dict[str, float]:
    """c1 gets what each order is worth, c2 the half of it; orders bought twice count twice."""
    assert visitor.viewed_content_ids == ["c9"]
    total = 0.5 + sum(WORTH[article] for article in visitor.recent_order_article_ids)
    return {"c1": total, "c2": total / 2, "c3": 0.1}


def test_each_order_is_credited_with_what_it_moves() -> None:
    visitor = Visitor(
        "u1", recent_order_article_ids=["a1", "a2", "a3", "a1"], viewed_content_ids=["c9"], viewed_times=[1]
    )
    effects = order_effects(additive, visitor, ["c1", "c2", "c3"], most=2)
    assert [effect.order for effect in effects["c1"]] == [1, 0]
    assert [effect.change for effect in effects["c1"]] == pytest.approx([-0.3, 0.2])
    assert [effect.change for effect in effects["c2"]] == pytest.approx([-0.15, 0.1])
    assert effects["c3"] == ()


def test_nothing_is_credited_without_orders() -> None:
    visitor = Visitor("u1", viewed_content_ids=["c9"], viewed_times=[1])
    assert order_effects(additive, visitor, ["c1"], most=2) == {"c1": ()}
