"""Which recent orders moved a score: each is left out once, and the ranker is asked again.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2 (occlusion).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from serving.visitor import Visitor

Probabilities = Mapping[str, float]
"""Click probabilities by content."""


@dataclasses.dataclass(frozen=True)
class OrderEffect:
    """What one order does to the score of one content.

    Attributes:
        order: Its place among the visitor's recent orders.
        change: Of the click probability: with it less without it.
    """

    order: int
    change: float


def order_effects(
    rank: Callable[[Visitor], Probabilities], visitor: Visitor, contents: Sequence[str], most: int
) -> dict[str, tuple[OrderEffect, ...]]:
    """Asks the ranker once for every recent order, without that order.

    All candidates are ranked again, since scores depend on the whole slate. The user's vector stays: the network has
    read the orders when it made it, and does not answer requests.

    Args:
        rank: Asks the ranker.
        visitor: Who asks, with their recent orders.
        contents: Whose scores are explained.
        most: How many orders to name for a content.

    Returns:
        By content, the orders that moved it most, the strongest first; orders without any effect are left out.
    """
    whole = rank(visitor)
    articles = list(visitor.recent_order_article_ids)
    effects: dict[str, list[OrderEffect]] = {content: [] for content in contents}
    for order in range(len(articles)):
        without = dataclasses.replace(visitor, recent_order_article_ids=articles[:order] + articles[order + 1 :])
        occluded = rank(without)
        for content in contents:
            change = whole[content] - occluded[content]
            if change:
                effects[content].append(OrderEffect(order, change))
    return {
        content: tuple(sorted(found, key=lambda effect: -abs(effect.change))[:most])
        for content, found in effects.items()
    }
