"""Newton's method ends where a general optimizer ends."""

from __future__ import annotations

import numpy
import pytest
import scipy.optimize

from benchmarks.shop_inference.likeliest import likeliest


@pytest.mark.parametrize("views", [0, 3, 200])
def test_the_likeliest_effects_are_those_of_a_general_optimizer(views: int) -> None:
    generator = numpy.random.default_rng(views)
    design, offset = generator.standard_normal((views, 4)), generator.standard_normal(views) - 2
    clicked = generator.integers(0, 2, views)
    mean, root = generator.standard_normal(4), generator.standard_normal((4, 4))
    precision = root @ root.T + numpy.eye(4)

    def surprise(effects: numpy.ndarray) -> float:
        logit, away = offset + design @ effects, effects - mean
        return float(numpy.logaddexp(0, logit).sum() - clicked @ logit + away @ precision @ away / 2)

    expected = scipy.optimize.minimize(surprise, mean, method="BFGS", options={"gtol": 1e-8}).x
    found = likeliest(design, clicked, offset, mean, precision, numpy.full(4, 5.0))
    assert found == pytest.approx(expected, abs=1e-4)
