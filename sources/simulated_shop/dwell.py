"""How long a visitor stays after a click."""

from __future__ import annotations

import numpy

from sources.simulated_shop.impressions import Floats

MEDIAN_SECONDS = 25.0
SPREAD = 1.0
"""Standard deviation of the logarithm, apart from taste."""
TASTE_EFFECT = 0.25
"""What one standard deviation of taste match adds to the logarithm."""
LONGEST_SECONDS = 1_800.0


def draw_dwell_seconds(match: Floats, generator: numpy.random.Generator) -> Floats:
    """Lognormal dwell, longer where the content meets the user's taste; in tenths of a second.

    Args:
        match: Taste match, standard deviation about 1; zeros where dwell must not depend on anything [rows].
        generator: Source of randomness.

    Returns:
        Seconds [rows].
    """
    logarithm = numpy.log(MEDIAN_SECONDS) + TASTE_EFFECT * match + SPREAD * generator.standard_normal(len(match))
    seconds: Floats = numpy.minimum(numpy.exp(logarithm), LONGEST_SECONDS).round(1)
    return seconds
