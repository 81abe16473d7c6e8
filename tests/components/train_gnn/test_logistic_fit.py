"""The first scale and bias are those of a logistic regression."""

from __future__ import annotations

import numpy
import pytest
import sklearn.linear_model
import torch

from components.train_gnn.logistic_fit import PRIOR_VARIANCE, best_scale_and_bias


def sample(slope: float, bias: float, offset: float, rows: int = 400) -> tuple[numpy.ndarray, ...]:
    generator = numpy.random.default_rng(0)
    score, known = generator.standard_normal(rows), offset * generator.standard_normal(rows)
    chance = 1 / (1 + numpy.exp(-(slope * score + bias + known)))
    return score, known, (generator.random(rows) < chance).astype(float)


@pytest.mark.parametrize(("slope", "bias"), [(0.5, -1.4), (-2.0, 0.3), (0.0, -5.0)])
def test_without_an_offset_it_is_scikit_learns(slope: float, bias: float) -> None:
    score, _, label = sample(slope, bias, 0.0)
    # scikit-learn does not penalize its intercept: a column of ones is penalized as ours is.
    rows = numpy.stack([score, numpy.ones_like(score)], axis=1)
    reference = sklearn.linear_model.LogisticRegression(C=PRIOR_VARIANCE, fit_intercept=False, tol=1e-10)
    expected = reference.fit(rows, label).coef_[0]
    found = best_scale_and_bias(*(torch.from_numpy(each) for each in (score, numpy.zeros_like(score), label)))
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_offset_is_taken_as_known() -> None:
    """With an offset of twice the score's effect the fit still finds the score's own, not their sum."""
    score, offset, label = sample(0.7, -1.0, 2.0, rows=20_000)
    scale, bias = best_scale_and_bias(*(torch.from_numpy(each) for each in (score, offset, label)))
    assert scale == pytest.approx(0.7, abs=0.1)
    assert bias == pytest.approx(-1.0, abs=0.1)


def test_separable_and_one_sided_samples_have_an_answer() -> None:
    score = torch.linspace(-2, 2, 50)
    for label in ((score > 0).float(), torch.ones(50), torch.zeros(50)):
        assert all(abs(number) < 100 for number in best_scale_and_bias(score, torch.zeros(50), label))
