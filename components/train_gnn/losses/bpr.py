"""Bayesian personalized ranking (Rendle, Freudenthaler, Gantner and Schmidt-Thieme 2009)."""

from __future__ import annotations

from torch import Tensor, nn

from components.train_gnn.losses.loss import unclicked_rivals, within_slates
from schemas.graph_artifact import FloatArray, IntArray


class BayesianPersonalizedRanking:
    r"""The mean of :math:`-\ln \sigma(s_+ - s_-)` over pairs (BPR-OPT, section 4.1, without its prior).

    A pair is a clicked and an unclicked link of one request, all pairs of it; the paper draws the unclicked item from
    all items instead.
    """

    whole_slates = True

    def units(self, label: FloatArray, slate: IntArray) -> FloatArray:
        """See Loss; a clicked link counts once for each pair."""
        return unclicked_rivals(label, slate)

    def impressed(self, logit: Tensor, label: Tensor, slate: Tensor) -> Tensor:
        """See Loss."""
        return self.contrasted(*within_slates(logit, label, slate))

    def contrasted(self, positive: Tensor, negative: Tensor, allowed: Tensor) -> Tensor:
        """See Loss."""
        pairs = nn.functional.softplus(negative - positive.unsqueeze(1))  # [clicks, others]
        return (pairs * allowed).sum() / allowed.sum().clamp(min=1)
