"""Users that the page can be shown for: each at one of their requests of the test days."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import numpy.typing

from components.evaluate_ranker.catalogue import read_catalogue
from components.evaluate_ranker.page_requests import PAGE_FEATURES, page_requests, read_earlier_records
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from components.evaluate_ranker.record_selection import request_values
from components.train_ranker.input_features import USER_EMBEDDING
from schemas.example_artifact import ExampleArtifact
from schemas.instants import Instant
from serving.page.orders import Order, recent_orders
from serving.user_vectors import Vector
from serving.visitor import Visitor

POPULARITY = "content_click_rate_7d"


@dataclasses.dataclass(frozen=True)
class Shopper:
    """A user at a request.

    Attributes:
        visitor: What a page service would know of them.
        timestamp: Of the request, UTC microseconds since 1970.
        orders: The visitor's recent orders with their times.
        candidates: Every content that could be shown then.
        clicked: Contents that they clicked in this request.
    """

    visitor: Visitor
    timestamp: Instant
    orders: tuple[Order, ...]
    candidates: Sequence[str]
    clicked: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Shoppers:
    """Users of a run's test days, with their vectors; a UserVectors store of exactly these.

    Attributes:
        by_user: Shoppers by user id.
        vectors: Of each [size].
        space: Of the vectors.
    """

    by_user: dict[str, Shopper]
    vectors: dict[str, Vector]
    space: str

    def vector(self, space: str, user_id: str) -> Vector | None:
        """See UserVectors."""
        return self.vectors.get(user_id) if space == self.space else None


def read_shoppers(examples: ExampleArtifact, validated_logs: Path, count: int, seed: int) -> Shoppers:
    """Draws users and takes the last test request of each, one with a click where they clicked at all.

    Users with orders come first: the page tells which orders moved a score.

    Args:
        examples: The examples.
        validated_logs: The logs that they were made from.
        count: How many users at most.
        seed: Same seed, same users.

    Raises:
        ContractError: The examples cannot be read.
    """
    test = read_record_columns(examples, "test", PAGE_FEATURES)
    earlier = read_earlier_records(examples)
    ids, times = request_values(test, "user_id"), request_values(test, "timestamp")
    chosen = _last_requests(test, ids, times)
    orders = recent_orders(validated_logs, {str(ids[request]): int(times[request]) for request in chosen})
    drawn = numpy.random.default_rng(seed).permutation(chosen)
    chosen = numpy.sort(sorted(drawn, key=lambda request: not orders[str(ids[request])])[:count])
    catalogue = read_catalogue(examples, (*earlier, test), POPULARITY)
    by_user, vectors = {}, {}
    for request, page in zip(chosen, page_requests(examples, test, earlier, chosen), strict=True):
        user = str(ids[request])
        inputs = {name: tensor.numpy() for name, tensor in page.inputs.items()}
        vectors[user] = inputs[USER_EMBEDDING]
        by_user[user] = Shopper(
            visitor=_visitor(user, inputs, orders[user]),
            timestamp=page.timestamp,
            orders=orders[user],
            candidates=catalogue.ids[catalogue.visible_from <= page.timestamp].tolist(),
            clicked=frozenset(test.values["content_id"][(test.requests == request) & test.clicked].tolist()),
        )
    return Shoppers(by_user, vectors, examples.details.space)


def _last_requests(
    test: RecordColumns, ids: numpy.typing.NDArray[Any], times: numpy.typing.NDArray[Any]
) -> numpy.typing.NDArray[numpy.int64]:
    """One request of each user: the last with a click, else the last [users]."""
    clicked = numpy.bincount(test.requests, weights=test.clicked) > 0
    order = numpy.lexsort((times, clicked, ids))
    last = numpy.append(ids[order][1:] != ids[order][:-1], True)
    requests: numpy.typing.NDArray[numpy.int64] = order[last]
    return requests


def _visitor(user: str, inputs: dict[str, Any], orders: Sequence[Order]) -> Visitor:
    text = {name: [value.decode() for value in inputs[name]] for name in ("viewed_content_ids", "clicked_content_ids")}
    return Visitor(
        user,
        device=inputs["device"].decode(),
        recent_order_article_ids=[order.article_id for order in orders],
        viewed_content_ids=text["viewed_content_ids"],
        viewed_times=inputs["viewed_times"].tolist(),
        clicked_content_ids=text["clicked_content_ids"],
        clicked_times=inputs["clicked_times"].tolist(),
    )
