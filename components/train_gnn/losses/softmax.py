"""Softmax over a slate."""

from __future__ import annotations

import numpy
import torch
from torch import Tensor

from components.train_gnn.losses.loss import unclicked_rivals, within_slates
from schemas.graph_artifact import FloatArray, IntArray


class SlateSoftmax:
    r"""The mean over clicked links of :math:`-\ln \frac{e^{s_+}}{e^{s_+} + \sum_{-} e^{s_-}}`.

    The sum is over the unclicked links of the request: several clicks of one request do not compete with each other, so
    that the loss can reach zero (the multinomial logit of one choice at a time, McFadden 1974).
    """

    whole_slates = True

    def units(self, label: FloatArray, slate: IntArray) -> FloatArray:
        """See Loss; a clicked link counts once where it has a rival."""
        return (unclicked_rivals(label, slate) > 0).astype(numpy.float32)

    def impressed(self, logit: Tensor, label: Tensor, slate: Tensor) -> Tensor:
        """See Loss."""
        return self.contrasted(*within_slates(logit, label, slate))

    def contrasted(self, positive: Tensor, negative: Tensor, allowed: Tensor) -> Tensor:
        """See Loss; clicked links that meet no other are left out of the mean."""
        competing = negative.masked_fill(~allowed, -torch.inf)
        every = torch.cat([positive.unsqueeze(1), competing], dim=1)  # [clicks, 1 + others]
        return (every.logsumexp(dim=1) - positive).sum() / allowed.any(dim=1).sum().clamp(min=1)
