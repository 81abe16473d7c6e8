"""The same client for asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType

import grpc
import grpc.aio

from serving.catalogue import Catalogue
from serving.channels import CHANNEL_OPTIONS, PREDICT, serialized
from serving.protos.prediction_pb2 import PredictResponse
from serving.ranking_calls import ClientSettings, Ranking, RankingCall, RankingCalls
from serving.user_vectors import UserVectors
from serving.visitor import Visitor


class AsyncioRankingClient:
    """As RankingClient, for use within one event loop; a store of user vectors is asked in a thread: it may block.

    What a CachedUserVectors still keeps is taken from it at once: a slow store holds up no visitor that is known.

    Args:
        target: See RankingClient, as for all arguments.
        catalogue: Of the contents.
        user_vectors: Users' vectors by space.
        settings: How to ask.
        credentials: Of a TLS connection.
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
            grpc.aio.insecure_channel(target, CHANNEL_OPTIONS)
            if credentials is None
            else grpc.aio.secure_channel(target, credentials, CHANNEL_OPTIONS)
        )
        self._predict: Callable[..., Awaitable[PredictResponse]] = self._channel.unary_unary(
            PREDICT, request_serializer=serialized, response_deserializer=PredictResponse.FromString
        )
        self.counts = self._calls.counts

    async def __aenter__(self) -> AsyncioRankingClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the channel."""
        await self._channel.close()

    async def rank(
        self,
        user: Visitor | str,
        candidates: Sequence[str],
        slots: int = 40,
        diversity: float = 0.0,
        *,
        seed: int = 0,
        timestamp: int | None = None,
    ) -> Ranking:
        """See RankingClient.rank."""
        call = RankingCall.of(user, candidates, slots, diversity, seed, timestamp)
        calls = self._calls
        calls.counts.add("requests")
        ends = time.monotonic() + calls.settings.deadline
        of_user = calls.vectors.at_hand(call.visitor.user_id)
        if of_user is None:
            asked = asyncio.to_thread(calls.vectors.from_store, call.visitor.user_id)
            try:
                of_user = await asyncio.wait_for(asked, calls.settings.deadline)
            except TimeoutError:
                return calls.fallback(call, "deadline_exceeded")
        request = calls.request(call, of_user)
        attempt = 0
        while True:
            attempt += 1
            try:
                response = await self._predict(request, timeout=max(0.0, ends - time.monotonic()))
            except grpc.RpcError as error:
                pause = calls.pause_after(error.code(), attempt, ends - time.monotonic())
                if pause is None:
                    return calls.fallback(call, error.code().name.lower())
                await asyncio.sleep(pause)
                continue
            return calls.answered(call, response)
