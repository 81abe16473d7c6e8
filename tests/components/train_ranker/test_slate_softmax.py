"""The slate softmax equals a plain sum over requests, and moving a whole slate changes nothing."""

from __future__ import annotations

import math

import numpy
import pytest
import tensorflow
from hypothesis import given
from hypothesis import strategies as st

from components.train_ranker.slate_softmax import slate_softmax_loss

slates = st.lists(
    st.lists(st.tuples(st.floats(-30, 30), st.booleans()), min_size=0, max_size=5), min_size=1, max_size=4
).filter(lambda found: any(found))


def loss_of(found: list[list[tuple[float, bool]]]) -> float:
    logits = numpy.array([[logit] for slate in found for logit, _ in slate], numpy.float64)
    clicked = numpy.array([[float(click)] for slate in found for _, click in slate])
    counts = numpy.array([len(slate) for slate in found], numpy.int64)
    return float(slate_softmax_loss(*map(tensorflow.constant, (logits, clicked, counts))))


@given(found=slates)
def test_the_loss_is_the_surprise_at_every_click(found: list[list[tuple[float, bool]]]) -> None:
    surprise = [
        math.log(sum(math.exp(other - logit) for other, _ in slate))
        for slate in found
        for logit, click in slate
        if click
    ]
    candidates = sum(len(slate) for slate in found)
    assert loss_of(found) == pytest.approx(sum(surprise) / candidates, abs=1e-9)


@given(found=slates, moves=st.lists(st.floats(-50, 50), min_size=4, max_size=4))
def test_moving_a_whole_slate_changes_nothing(found: list[list[tuple[float, bool]]], moves: list[float]) -> None:
    moved = [[(logit + move, click) for logit, click in slate] for slate, move in zip(found, moves, strict=False)]
    assert loss_of(moved) == pytest.approx(loss_of(found), abs=1e-9)


def test_huge_logits_do_not_overflow() -> None:
    assert loss_of([[(1e6, True), (-1e6, False)]]) == pytest.approx(0)
    assert loss_of([[(-1e6, True), (1e6, False)]]) == pytest.approx(1e6)
