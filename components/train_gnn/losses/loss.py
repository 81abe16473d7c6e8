"""What every loss offers, and how clicked links meet the unclicked ones of their request."""

from __future__ import annotations

from typing import Protocol

import numpy
from torch import Tensor

from schemas.graph_artifact import FloatArray, IntArray


class Loss(Protocol):
    """A loss over the links of a batch."""

    @property
    def whole_slates(self) -> bool:
        """Whether all links of a request must be in one batch."""

    def units(self, label: FloatArray, slate: IntArray) -> FloatArray:
        """How much each link counts in the mean of `impressed`, so that parts of a batch can be weighed [links].

        Args:
            label: 1 where clicked, else 0 [links].
            slate: Number of the request of each [links].
        """

    def impressed(self, logit: Tensor, label: Tensor, slate: Tensor) -> Tensor:
        """The loss over links that were shown.

        Args:
            logit: Log odds of a click [links].
            label: 1 where clicked, else 0 [links].
            slate: Number of the request of each [links].

        Returns:
            A mean, zero where there is nothing to compare [].
        """

    def contrasted(self, positive: Tensor, negative: Tensor, allowed: Tensor) -> Tensor:
        """The loss of clicked links against others.

        Args:
            positive: Log odds of the clicked links [clicks].
            negative: Log odds of what each could be compared with [clicks, others].
            allowed: Which of these count [clicks, others].

        Returns:
            A mean, zero where there is nothing to compare [].
        """


def unclicked_rivals(label: FloatArray, slate: IntArray) -> FloatArray:
    """How many unclicked links each clicked link has in its request, 0 for unclicked ones [links]."""
    unclicked = numpy.bincount(slate, weights=label <= 0)
    rivals: FloatArray = numpy.where(label > 0, unclicked[slate], 0.0).astype(numpy.float32)
    return rivals


def within_slates(logit: Tensor, label: Tensor, slate: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The arguments of Loss.contrasted for each clicked link against the unclicked ones of its request."""
    clicked = label > 0
    positive = logit[clicked]
    allowed = (slate[clicked].unsqueeze(1) == slate) & ~clicked  # [clicks, links]
    return positive, logit.expand(len(positive), -1), allowed
