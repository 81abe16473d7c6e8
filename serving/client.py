"""The client that a page service asks for its slots."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType

import grpc

from serving.catalogue import Catalogue
from serving.channels import CHANNEL_OPTIONS, PREDICT, serialized
from serving.protos.prediction_pb2 import PredictResponse
from serving.ranking_calls import ClientSettings, Ranking, RankingCall, RankingCalls
from serving.user_vectors import UserVectors
from serving.visitor import Visitor


class RankingClient:
    """Asks TensorFlow Serving's `rank` signature over one channel that all threads share; opened once, kept open.

    `RankingClient("ranker:8500").rank("u7", candidates).content_ids` fills a page.

    A page never fails for want of a ranking: where no usable answer comes before the deadline, the slots are filled by
    popularity, `Ranking.fallback` says why, and `counts` how often.

    Args:
        target: host:port, or another gRPC target such as dns:///ranker:8500.
        catalogue: Vectors and groups for re-ranking, and the popularity to fall back to; may be replaced at any time.
        user_vectors: Users' vectors by space; put CachedUserVectors in front of a slow store.
        settings: How to ask.
        credentials: Of a TLS connection, from grpc.ssl_channel_credentials; None connects without TLS.
    """

    def __init__(
        self,
        target: str,
        *,
        catalogue: Catalogue | None = None,
        user_vectors: UserVectors | None = None,
        settings: ClientSettings | None = None,
        credentials: grpc.ChannelCredentials | None = None,
    ) -> None:
        self._calls = RankingCalls(settings or ClientSettings(), user_vectors, catalogue or Catalogue.empty())
        self._channel = (
            grpc.insecure_channel(target, CHANNEL_OPTIONS)
            if credentials is None
            else grpc.secure_channel(target, credentials, CHANNEL_OPTIONS)
        )
        self._predict: Callable[..., PredictResponse] = self._channel.unary_unary(
            PREDICT, request_serializer=serialized, response_deserializer=PredictResponse.FromString
        )
        self.counts = self._calls.counts

    def __enter__(self) -> RankingClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    @property
    def catalogue(self) -> Catalogue:
        """What is known of the contents."""
        return self._calls.catalogue

    @catalogue.setter
    def catalogue(self, catalogue: Catalogue) -> None:
        self._calls.catalogue = catalogue

    def rank(
        self,
        user: Visitor | str,
        candidates: Sequence[str],
        slots: int = 40,
        diversity: float = 0.0,
        *,
        seed: int = 0,
        timestamp: int | None = None,
    ) -> Ranking:
        """Fills the slots of a page.

        Args:
            user: Who asks, with what the page knows of them; or only a user id.
            candidates: Content ids, at most 10,000; repeated ones are shown once.
            slots: How many to fill.
            diversity: 0 shows the most probable clicks, 1 contents as different as can be.
            seed: Breaks ties between contents of equal score.
            timestamp: Of the request, UTC microseconds since 1970; now where it is None.

        Returns:
            The slots from the top; fewer than asked for where there are fewer candidates, or caps leave no more.

        Raises:
            ValueError: An argument is out of its limits; nothing has been sent.
        """
        call = RankingCall.of(user, candidates, slots, diversity, seed, timestamp)
        calls = self._calls
        calls.counts.add("requests")
        ends = time.monotonic() + calls.settings.deadline
        user_id = call.visitor.user_id
        request = calls.request(call, calls.vectors.at_hand(user_id) or calls.vectors.from_store(user_id))
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._predict(request, timeout=max(0.0, ends - time.monotonic()))
            except grpc.RpcError as error:
                pause = calls.pause_after(error.code(), attempt, ends - time.monotonic())
                if pause is None:
                    return calls.fallback(call, error.code().name.lower())
                time.sleep(pause)
                continue
            return calls.answered(call, response)
