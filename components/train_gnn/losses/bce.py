"""Binary cross-entropy: every link by itself."""

from __future__ import annotations

import numpy
from torch import Tensor, nn

from schemas.graph_artifact import FloatArray, IntArray


class BinaryCrossEntropy:
    r"""The mean of :math:`-y \ln \sigma(s) - (1 - y) \ln(1 - \sigma(s))` over links.

    Against links of others it is noise-contrastive estimation (Gutmann and Hyvärinen 2012, equations 3 to 5, one noise
    sample for each click, averaged over those at hand): :math:`-\ln \sigma(s_+) - \overline{\ln(1 - \sigma(s_-))}`,
    whose scores arrive less the logarithm of the noise's density.
    """

    whole_slates = False

    def units(self, label: FloatArray, slate: IntArray) -> FloatArray:
        """See Loss; every link counts once."""
        del slate
        return numpy.ones(len(label), dtype=numpy.float32)

    def impressed(self, logit: Tensor, label: Tensor, slate: Tensor) -> Tensor:
        """See Loss; requests do not matter."""
        del slate
        return nn.functional.binary_cross_entropy_with_logits(logit, label)

    def contrasted(self, positive: Tensor, negative: Tensor, allowed: Tensor) -> Tensor:
        """See Loss."""
        count = allowed.sum(dim=1)  # [clicks]
        refused = (nn.functional.softplus(negative) * allowed).sum(dim=1) / count.clamp(min=1)
        taken = nn.functional.softplus(-positive) * (count > 0)
        return (taken + refused).sum() / (count > 0).sum().clamp(min=1)
