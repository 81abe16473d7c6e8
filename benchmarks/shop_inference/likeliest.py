"""The likeliest effects behind clicks: logistic regression with a normal prior."""

from __future__ import annotations

import numpy
import scipy.special

from sources.simulated_shop.impressions import Floats, Integers

LONGEST_STEP = 0.7
"""Of one Newton step, in logits of the largest effect: with few clicks a full one overshoots."""
STEPS = 25
TOLERANCE = 1e-6


def likeliest(
    design: Floats, clicked: Integers, offset: Floats, mean: Floats, precision: Floats, start: Floats
) -> Floats:
    """Maximum a posteriori of the effects, by Newton's method.

    Args:
        design: What each effect is multiplied by [views, effects].
        clicked: 0 or 1 [views].
        offset: The rest of each view's logit [views].
        mean: Of the prior [effects].
        precision: Inverse of its covariance [effects, effects].
        start: Where the search begins [effects].

    Returns:
        Effects [effects].
    """
    effects = start
    for _ in range(STEPS):
        chance = scipy.special.expit(offset + design @ effects)
        gradient = design.T @ (clicked - chance) - precision @ (effects - mean)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + precision
        step = numpy.linalg.solve(curvature, gradient)
        effects = effects + step / max(1.0, numpy.abs(step).max() / LONGEST_STEP)
        if numpy.abs(step).max() < TOLERANCE:
            break
    return effects
