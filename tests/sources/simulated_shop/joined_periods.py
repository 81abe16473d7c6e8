"""Joins the periods of a run."""

from __future__ import annotations

import dataclasses

import numpy

from sources.simulated_shop.impressions import Impressions
from sources.simulated_shop.world import Period


def join_impressions(periods: list[Period]) -> Impressions:
    """All rows of all periods."""
    names = [field.name for field in dataclasses.fields(Impressions)]
    return Impressions(
        **{name: numpy.concatenate([getattr(period.impressions, name) for period in periods]) for name in names}
    )
