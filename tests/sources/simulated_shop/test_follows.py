"""The look-up of followed brands agrees with a plain search."""

from __future__ import annotations

import hypothesis
import hypothesis.strategies
import numpy

from sources.simulated_shop.follows import NEVER, FollowedBrands
from sources.simulated_shop.purchases import Choices
from sources.simulated_shop.settings import SimulatorSettings

BRANDS = 4
PAIRS = hypothesis.strategies.dictionaries(
    hypothesis.strategies.tuples(hypothesis.strategies.integers(0, 3), hypothesis.strategies.integers(0, BRANDS - 1)),
    hypothesis.strategies.integers(0, 100),
    max_size=10,
)
QUESTIONS = hypothesis.strategies.lists(
    hypothesis.strategies.tuples(
        hypothesis.strategies.integers(0, 3),
        hypothesis.strategies.lists(hypothesis.strategies.integers(-1, BRANDS - 1), min_size=3, max_size=3),
    ),
    min_size=1,
    max_size=10,
)


@hypothesis.given(PAIRS, QUESTIONS)
@hypothesis.settings(max_examples=50)
def test_since_is_the_first_follow_of_any_of_the_brands(
    pairs: dict[tuple[int, int], int], questions: list[tuple[int, list[int]]]
) -> None:
    rows = numpy.array([(*pair, time) for pair, time in pairs.items()], dtype=numpy.int64).reshape(-1, 3)
    followed = FollowedBrands(SimulatorSettings(brands=BRANDS), Choices(rows[:, 0], rows[:, 1], rows[:, 2]))
    answers = followed.since(
        numpy.array([user for user, _ in questions]), numpy.array([brands for _, brands in questions])
    )
    expected = [min((pairs.get((user, brand), NEVER) for brand in brands), default=NEVER) for user, brands in questions]
    assert answers.tolist() == expected
