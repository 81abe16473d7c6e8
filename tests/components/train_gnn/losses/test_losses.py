"""Each loss against its formula, computed link by link in plain Python."""

from __future__ import annotations

import math

import numpy
import pytest
import torch
from hypothesis import given, settings, strategies

from components.train_gnn.losses.registry import LOSSES

links = strategies.lists(
    strategies.tuples(strategies.floats(-6, 6, width=32), strategies.booleans(), strategies.integers(0, 3)),
    min_size=1,
    max_size=14,
)
"""Log odds, whether clicked, and request."""


def softplus(value: float) -> float:
    return math.log1p(math.exp(value))


def mean(terms: list[float]) -> float:
    return sum(terms) / len(terms) if terms else 0.0


def expected(name: str, rows: list[tuple[float, bool, int]]) -> float:
    if name == "bce":
        return mean([softplus(-logit) if clicked else softplus(logit) for logit, clicked, _ in rows])
    slates = [
        (logit, [other for other, taken, place in rows if place == slate and not taken])
        for logit, clicked, slate in rows
        if clicked
    ]
    if name == "bpr":
        return mean([softplus(other - logit) for logit, others in slates for other in others])
    return mean(
        [math.log(sum(math.exp(each) for each in [logit, *others])) - logit for logit, others in slates if others]
    )


@pytest.mark.parametrize("name", sorted(LOSSES))
@settings(max_examples=100)
@given(rows=links)
def test_over_what_was_shown(name: str, rows: list[tuple[float, bool, int]]) -> None:
    logit, clicked, slate = (torch.tensor(column) for column in zip(*rows, strict=True))
    logit.requires_grad_()
    loss = LOSSES[name].impressed(logit, clicked.float(), slate)
    assert float(loss.detach()) == pytest.approx(expected(name, rows), rel=1e-4, abs=1e-5)
    (gradient,) = torch.autograd.grad(loss, logit)
    assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_the_gradient_is_that_of_the_formula(name: str) -> None:
    """Central differences of the plain computation."""
    generator = numpy.random.default_rng(2)
    rows = [(float(generator.normal()), bool(number % 3 == 0), number // 5) for number in range(15)]
    logit = torch.tensor([row[0] for row in rows], dtype=torch.float64, requires_grad=True)
    slate = torch.tensor([row[2] for row in rows])
    loss = LOSSES[name].impressed(logit, torch.tensor([float(row[1]) for row in rows]).double(), slate)
    (gradient,) = torch.autograd.grad(loss, logit)
    for number, (value, clicked, place) in enumerate(rows):
        moved = [
            expected(name, [*rows[:number], (value + step, clicked, place), *rows[number + 1 :]])
            for step in (1e-5, -1e-5)
        ]
        assert float(gradient[number]) == pytest.approx((moved[0] - moved[1]) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_against_others(name: str) -> None:
    """Clicked links against a matrix of others, of which only some count; one click meets none of them."""
    generator = numpy.random.default_rng(4)
    positive, negative = generator.normal(size=4), generator.normal(size=(4, 6))
    allowed = generator.random((4, 6)) < 0.5
    allowed[2] = False
    terms = []
    for row in range(4):
        others = negative[row][allowed[row]].tolist()
        if not others:
            continue
        if name == "bce":
            terms.append(softplus(-positive[row]) + mean([softplus(other) for other in others]))
        elif name == "bpr":
            terms.extend(softplus(other - positive[row]) for other in others)
        else:
            terms.append(math.log(sum(math.exp(each) for each in [positive[row], *others])) - positive[row])
    loss = LOSSES[name].contrasted(*(torch.from_numpy(array) for array in (positive, negative, allowed)))
    assert float(loss) == pytest.approx(mean(terms))


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_nothing_to_compare_is_no_loss(name: str) -> None:
    nothing = LOSSES[name].contrasted(torch.zeros(0), torch.zeros(0, 3), torch.zeros(0, 3, dtype=torch.bool))
    assert float(nothing) == 0.0
