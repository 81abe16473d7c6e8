"""One ranking from the request to the slots: all that does not depend on how the call itself is made."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
import numpy

from serving.catalogue import Catalogue
from serving.counts import ClientCounts
from serving.protos.prediction_pb2 import PredictRequest, PredictResponse, Tensor
from serving.re_ranking import Candidates, re_rank
from serving.request_vectors import RequestVector, RequestVectors
from serving.retrying import RetryPolicy
from serving.tensors import UnreadableTensorError, floats, integers, read_floats, read_text, text, texts
from serving.user_vectors import UserVectors
from serving.visitor import MOST_CANDIDATES, Visitor, require_ids

PROBABILITY, SPACE = "click_probability", "space"


@dataclasses.dataclass(frozen=True)
class ClientSettings:
    """How a client asks.

    Attributes:
        model_name: As the server calls the ranker.
        version_label: Which version answers; None asks for the newest.
        deadline: Seconds for a ranking in all, retries included.
        retries: When a call is made again.
        caps: For a group of the catalogue, such as `kind`, how many slots one of its values may have.
    """

    model_name: str = "ranker"
    version_label: str | None = "stable"
    deadline: float = 0.1
    retries: RetryPolicy = dataclasses.field(default_factory=RetryPolicy)
    caps: Mapping[str, int] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Slot:
    """What one slot shows.

    Attributes:
        content_id: The content.
        click_probability: As the ranker sees it; None where popularity chose.
    """

    content_id: str
    click_probability: float | None


@dataclasses.dataclass(frozen=True)
class ScoredSlot(Slot):
    """A slot that a ranker filled.

    Attributes:
        click_probability: As the ranker sees it.
    """

    click_probability: float


@dataclasses.dataclass(frozen=True)
class Ranking:
    """A filled page.

    Attributes:
        slots: From the top.
        version: Of the ranker that answered; None where none did.
        fallback: Why popularity chose; None where a ranker did.
    """

    slots: tuple[Slot, ...]
    version: int | None = None
    fallback: str | None = None

    @property
    def content_ids(self) -> list[str]:
        """The contents from the top."""
        return [slot.content_id for slot in self.slots]


@dataclasses.dataclass(frozen=True)
class ScoredRanking(Ranking):
    """A page that a ranker filled: every slot has its probability, and there is no fallback.

    Attributes:
        slots: From the top.
    """

    slots: tuple[ScoredSlot, ...]


@dataclasses.dataclass(frozen=True)
class RankingCall:
    """A checked request.

    Attributes:
        visitor: Who asks.
        candidates: Content ids.
        slots: How many to fill.
        diversity: See re_rank.
        seed: Breaks ties.
        timestamp: Of the request, UTC microseconds since 1970.
    """

    visitor: Visitor
    candidates: Sequence[str]
    slots: int
    diversity: float
    seed: int
    timestamp: int

    @classmethod
    def of(
        cls,
        user: Visitor | str,
        candidates: Sequence[str],
        slots: int,
        diversity: float,
        seed: int,
        timestamp: int | None,
    ) -> RankingCall:
        """Checks the arguments of a client's `rank`.

        Raises:
            ValueError: One of them is out of its limits.
        """
        require_ids("candidates", candidates, MOST_CANDIDATES)
        if not candidates:
            raise ValueError("candidates is empty; there is nothing to rank")
        if slots < 1:
            raise ValueError(f"slots is {slots}; at least 1 is needed")
        if not 0 <= diversity <= 1:
            raise ValueError(f"diversity is {diversity}; it lies between 0 and 1")
        visitor = Visitor(user) if isinstance(user, str) else user
        now = time.time_ns() // 1000 if timestamp is None else timestamp
        return cls(visitor, candidates, slots, diversity, seed, now)


class RankingCalls:
    """Makes requests and reads answers; the same for every kind of channel.

    Args:
        settings: How to ask.
        user_vectors: Where users' vectors come from; None asks as for cold users.
        catalogue: Of the contents.
    """

    def __init__(self, settings: ClientSettings, user_vectors: UserVectors | None, catalogue: Catalogue) -> None:
        self.settings, self.catalogue = settings, catalogue
        self.counts = ClientCounts()
        self.vectors = RequestVectors(user_vectors, self.counts)
        self._chance = random.Random()

    def request(self, call: RankingCall, of_user: RequestVector) -> bytes:
        """The serialized PredictRequest of a call."""
        visitor = call.visitor
        inputs: dict[str, Tensor] = {
            "user_embedding": floats(of_user.vector),
            "space": text(of_user.space),
            "recent_order_article_ids": texts(visitor.recent_order_article_ids),
            "viewed_content_ids": texts(visitor.viewed_content_ids),
            "viewed_times": integers(visitor.viewed_times),
            "clicked_content_ids": texts(visitor.clicked_content_ids),
            "clicked_times": integers(visitor.clicked_times),
            "timestamp": integers(call.timestamp),
            "device": text(visitor.device),
            "content_ids": texts(call.candidates),
        }
        request = PredictRequest()
        request.model_spec.name = self.settings.model_name
        request.model_spec.signature_name = "rank"
        if self.settings.version_label is not None:
            request.model_spec.version_label = self.settings.version_label
        for name, tensor in inputs.items():
            request.inputs[name].CopyFrom(tensor)
        serialized: bytes = request.SerializeToString()
        return serialized

    def answered(self, call: RankingCall, response: PredictResponse) -> Ranking:
        """Fills the slots from an answer; from popularity where the answer cannot be used."""
        outputs: Mapping[str, Any] = response.outputs
        try:
            if PROBABILITY not in outputs or SPACE not in outputs:
                raise UnreadableTensorError(f"the answer has the outputs {sorted(outputs)}")
            probability = read_floats(outputs[PROBABILITY])
            if probability.shape != (len(call.candidates),):
                raise UnreadableTensorError(f"{probability.shape} probabilities for {len(call.candidates)} candidates")
            if not numpy.isfinite(probability).all():
                raise UnreadableTensorError("a probability is not a finite number")
            self.vectors.space = read_text(outputs[SPACE])
        except UnreadableTensorError:
            return self.fallback(call, "unusable answer")
        self.counts.add("answered")
        slots = tuple(
            ScoredSlot(call.candidates[position], float(probability[position]))
            for position in self._filled(call, probability)
        )
        return ScoredRanking(slots, version=response.model_spec.version.value)

    def pause_after(self, code: grpc.StatusCode, attempt: int, left: float) -> float | None:
        """How long to wait before a failed call is made again, seconds; None where it is not.

        Args:
            code: How it failed; only UNAVAILABLE tells that the server has not begun to answer.
            attempt: Calls made so far.
            left: Time left until the deadline, seconds.
        """
        if code is not grpc.StatusCode.UNAVAILABLE:
            return None
        pause = self.settings.retries.pause(attempt, left, self._chance)
        if pause is not None:
            self.counts.add("retries")
        return pause

    def fallback(self, call: RankingCall, reason: str) -> Ranking:
        """Fills the slots with what is popular, under the same caps and diversity, and counts the reason."""
        self.counts.add(f"fallback: {reason}")
        positions = self._filled(call, self.catalogue.popularity_of(call.candidates))
        slots = tuple(Slot(call.candidates[position], None) for position in positions)
        return Ranking(slots, fallback=reason)

    def _filled(self, call: RankingCall, relevance: numpy.typing.ArrayLike) -> list[int]:
        caps = self.settings.caps
        candidates = Candidates(
            call.candidates,
            relevance,
            self.catalogue.directions_of(call.candidates) if call.diversity > 0 else None,
            self.catalogue.groups_of(call.candidates) if caps else {},
            unit_length=True,
        )
        positions: list[int] = re_rank(candidates, call.slots, call.diversity, caps, call.seed).tolist()
        return positions
