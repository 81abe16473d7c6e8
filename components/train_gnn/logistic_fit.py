"""Logistic regression on one score, with an offset: what turns dot products into log odds before any training."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 50
LARGEST_STEP = 2.0
ENOUGH = 1e-9
PRIOR_VARIANCE = 100.0
"""Of scale and bias, so that separable or one-sided samples have an answer too."""


def best_scale_and_bias(score: Tensor, offset: Tensor, label: Tensor) -> tuple[float, float]:
    """The scale and bias of greatest likelihood for log odds = scale x score + bias + offset.

    By Newton's method on the concave log likelihood (Hastie, Tibshirani and Friedman 2009, section 4.4.1), with a weak
    normal prior.

    Args:
        score: About unit variance [links].
        offset: Log odds that are known already [links].
        label: 0 or 1 [links].
    """
    rows = torch.stack([score, torch.ones_like(score)], dim=1).double()  # [links, 2]
    offset, label = offset.double(), label.double()
    weights = torch.zeros(2, dtype=torch.float64)
    for _ in range(STEPS):
        chance = torch.sigmoid(rows @ weights + offset)
        gradient = rows.T @ (label - chance) - weights / PRIOR_VARIANCE
        curvature = (rows * (chance * (1 - chance)).unsqueeze(1)).T @ rows + torch.eye(2) / PRIOR_VARIANCE
        step = torch.linalg.solve(curvature, gradient)
        # A full step can overshoot where nearly every chance is 0 or 1.
        step = step * min(1.0, LARGEST_STEP / max(float(step.abs().max()), ENOUGH))
        weights = weights + step
        if float(step.abs().max()) < ENOUGH:
            break
    return float(weights[0]), float(weights[1])
