"""After the correction as many clicks are predicted as there are, whatever the logits were."""

from __future__ import annotations

import numpy
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st

from components.train_ranker.class_prior import class_prior_move


@given(
    logits=st.lists(st.floats(-200, 200), min_size=1, max_size=30),
    click_rate=st.floats(0.001, 0.999),
)
def test_the_mean_probability_is_the_click_rate(logits: list[float], click_rate: float) -> None:
    values = numpy.array(logits)
    move = class_prior_move(values, click_rate)
    # Between two groups of far apart logits, the mean may jump within the last digits of the move.
    below, above = (scipy.special.expit(values + move + step).mean() for step in (-1e-6, 1e-6))
    assert below <= click_rate + 1e-9
    assert above >= click_rate - 1e-9


def test_what_is_right_stays() -> None:
    logits = numpy.array([-2.0, 0.5, 1.0])
    assert class_prior_move(logits, float(scipy.special.expit(logits).mean())) == pytest.approx(0, abs=1e-6)
