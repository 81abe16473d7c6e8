"""Rows with a known click probability, and challengers and champions that are right or wrong about it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy

from components.evaluate_ranker.later_rows import ScoredRows
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from schemas.instants import HOUR, parse_instant

START = parse_instant("2026-03-09T00:00:00Z")
REFRESH = HOUR // 2


@dataclasses.dataclass(frozen=True)
class Rows:
    """Rows and what who knows everything says of them.

    Attributes:
        columns: Records with ids, times, refreshes and the features of slices.
        truth: Click probability [rows].
    """

    columns: RecordColumns
    truth: FloatArray

    def scored(self, challenger: FloatArray, reference: FloatArray) -> ScoredRows:
        """The rows with the scores of both."""
        return ScoredRows(self.columns, challenger, reference)

    def noisy(self, noise: float, seed: int = 3) -> FloatArray:
        """A ranker that knows the truth but for noise in its logits, as well calibrated as the noise allows."""
        logits = numpy.log(self.truth / (1 - self.truth))
        disturbed = logits + numpy.random.default_rng(seed).normal(scale=noise, size=len(logits))
        mean, deviation = logits.mean(), logits.std()
        shrunk = mean + (disturbed - mean) * deviation**2 / (deviation**2 + noise**2)
        raw = 1 / (1 + numpy.exp(-shrunk))
        probabilities: FloatArray = numpy.minimum(raw * self.truth.sum() / raw.sum(), 0.999)
        return probabilities


def rows_of(requests: int = 1500, slate: int = 8, users: int = 300, seed: int = 0, start: int = START) -> Rows:
    """One request a minute from `start` on; users below 30 are cold."""
    generator = numpy.random.default_rng(seed)
    request_users = generator.integers(users, size=requests)
    number = numpy.repeat(numpy.arange(requests), slate)
    of_row = request_users[number]
    logits = generator.normal(-2, 1.5, size=requests * slate)
    truth = 1 / (1 + numpy.exp(-logits))
    times = start + number * (HOUR // 60)
    values: dict[str, Any] = {
        "request_id": numpy.char.add(f"{seed}-", number.astype(numpy.str_)),
        "user_id": of_row.astype(numpy.str_),
        "timestamp": times,
        "refresh": times - (times - START) % REFRESH,
        "cold_user": (of_row < 30).astype(numpy.int64),
        "cold_content": generator.integers(2, size=len(number)),
        "new_content": generator.integers(2, size=len(number)),
        "kind": 1 + generator.integers(2, size=len(number)),
        "device": 1 + of_row % 2,
        "slot": numpy.tile(numpy.arange(float(slate)), requests),
    }
    present, index = numpy.unique(request_users, return_inverse=True)
    assert len(present) == index.max() + 1
    clicked = generator.random(len(number)) < truth
    return Rows(RecordColumns(number, index[number], index, clicked, values), truth)
