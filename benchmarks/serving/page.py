"""One page's question to the ranker, again and again."""

from __future__ import annotations

import dataclasses
from typing import Any

import grpc
import numpy

from serving.catalogue import Catalogue
from serving.channels import CHANNEL_OPTIONS, PREDICT
from serving.client import RankingClient
from serving.ranking_calls import ClientSettings, RankingCall, RankingCalls
from serving.request_vectors import RequestVector
from serving.user_vectors import Vector
from serving.visitor import Visitor

SLOTS, DIVERSITY = 40, 0.3
VISITOR = "visitor"
SETTINGS = ClientSettings()
FIRST_REQUESTS = 50
"""Sent before the clock runs: they open the channel, learn the space and fill caches."""


@dataclasses.dataclass(frozen=True)
class Page:
    """A visitor and candidates, as a warm-up request to `rank` holds them.

    Attributes:
        request: Inputs of `rank` by name, as lists.
    """

    request: dict[str, Any]

    @property
    def candidates(self) -> list[str]:
        """Content ids."""
        return list(self.request["content_ids"])

    @property
    def visitor(self) -> Visitor:
        """Who asks."""
        lists = (
            "recent_order_article_ids",
            "viewed_content_ids",
            "viewed_times",
            "clicked_content_ids",
            "clicked_times",
        )
        return Visitor(VISITOR, self.request["device"], **{name: self.request[name] for name in lists})

    def vector(self, space: str, user_id: str) -> Vector | None:
        """The visitor's vector: a store that answers at once."""
        known = space == self.request["space"] and user_id == VISITOR
        return numpy.array(self.request["user_embedding"], numpy.float32) if known else None

    def catalogue(self) -> Catalogue:
        """Random vectors for the re-ranking: it takes as long whatever they are."""
        ids = list(dict.fromkeys(self.candidates))
        generator = numpy.random.default_rng(0)
        vectors = generator.normal(size=(len(ids), len(self.request["user_embedding"]))).astype(numpy.float32)
        return Catalogue(ids, generator.random(len(ids)), vectors)

    def client(self, target: str) -> RankingClient:
        """The light client, with its defaults."""
        return RankingClient(target, catalogue=self.catalogue(), user_vectors=self, settings=SETTINGS)

    def ask(self, client: RankingClient) -> bool:
        """Fills a page; tells whether the ranker answered."""
        ranking = client.rank(self.visitor, self.candidates, SLOTS, DIVERSITY, timestamp=int(self.request["timestamp"]))
        return ranking.fallback is None

    def message(self) -> bytes:
        """The request as the client sends it."""
        timestamp = int(self.request["timestamp"])
        call = RankingCall.of(self.visitor, self.candidates, SLOTS, DIVERSITY, 0, timestamp)
        vector = numpy.array(self.request["user_embedding"], numpy.float32)
        of_user = RequestVector(self.request["space"], vector)
        return RankingCalls(SETTINGS, None, self.catalogue()).request(call, of_user)


class EchoChannel:
    """Sends one message to an echo server.

    Args:
        target: host:port.
        message: What is sent.
    """

    def __init__(self, target: str, message: bytes) -> None:
        self._message = message
        self._channel = grpc.insecure_channel(target, CHANNEL_OPTIONS)
        self._call = self._channel.unary_unary(PREDICT)

    def ask(self) -> bool:
        """Sends it and tells whether it came back."""
        return bool(self._call(self._message) == self._message)

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()
