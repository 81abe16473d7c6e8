"""The two pages that a user would see, slot by slot, and what moved each slot."""

from __future__ import annotations

import dataclasses
import functools

from serving.client import RankingClient
from serving.page.occlusion import OrderEffect, Probabilities, order_effects
from serving.page.shoppers import Shopper
from serving.ranking_calls import ScoredRanking
from serving.visitor import Visitor

SLOTS = 40
REASONS = 2


class SilentRankerError(Exception):
    """A ranker did not answer; the message says why."""


@dataclasses.dataclass(frozen=True)
class ShownSlot:
    """What one slot shows.

    Attributes:
        content_id: The content.
        click_probability: As this page's ranker sees it.
        other_slot: Where the other page has it, from 1; None where it has not.
        clicked: Whether the user clicked it in this request.
        reasons: The recent orders that moved it most.
    """

    content_id: str
    click_probability: float
    other_slot: int | None
    clicked: bool
    reasons: tuple[OrderEffect, ...] = ()


@dataclasses.dataclass(frozen=True)
class PagePair:
    """Both pages of a user.

    Attributes:
        with_graph: From the top.
        without_graph: From the top.
        version: Of the served ranker.
        questions: How often the served ranker was asked.
    """

    with_graph: tuple[ShownSlot, ...]
    without_graph: tuple[ShownSlot, ...]
    version: int | None
    questions: int


def page_pair(served: RankingClient, plain: RankingClient, shopper: Shopper, diversity: float) -> PagePair:
    """Fills both pages and asks which orders moved the served one.

    Args:
        served: Of the served ranker.
        plain: Of the ranker without the graph.
        shopper: Who asks, and when.
        diversity: See re_rank; of both pages.

    Raises:
        SilentRankerError: One of them did not answer.
    """
    pages = [_asked(client, shopper, shopper.visitor, SLOTS, diversity) for client in (served, plain)]
    shown = [{content: slot for slot, content in enumerate(page.content_ids, start=1)} for page in pages]
    effects = order_effects(
        functools.partial(_probabilities, served, shopper), shopper.visitor, pages[0].content_ids, REASONS
    )
    with_graph, without_graph = (
        tuple(
            ShownSlot(
                slot.content_id,
                slot.click_probability,
                other.get(slot.content_id),
                slot.content_id in shopper.clicked,
                reasons.get(slot.content_id, ()),
            )
            for slot in page.slots
        )
        for page, other, reasons in ((pages[0], shown[1], effects), (pages[1], shown[0], {}))
    )
    return PagePair(with_graph, without_graph, pages[0].version, len(shopper.orders) + 2)


def _asked(client: RankingClient, shopper: Shopper, visitor: Visitor, slots: int, diversity: float) -> ScoredRanking:
    ranking = client.rank(visitor, shopper.candidates, slots, diversity, timestamp=shopper.timestamp)
    if not isinstance(ranking, ScoredRanking):
        raise SilentRankerError(f"the ranker did not answer: {ranking.fallback}")
    return ranking


def _probabilities(client: RankingClient, shopper: Shopper, visitor: Visitor) -> Probabilities:
    ranking = _asked(client, shopper, visitor, len(shopper.candidates), 0.0)
    return {slot.content_id: slot.click_probability for slot in ranking.slots}
