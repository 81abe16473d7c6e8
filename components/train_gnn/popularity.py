"""What everybody thinks of a content, kept apart from what one user thinks: an offset of the log odds.

The ranker has the click rates of contents without the graph. Were the network trained without them, its vectors would
learn them once more (docs/experiments.md); with the offset in its loss they learn what is left to explain.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from components.train_gnn.hidden_edges import hidden_degree
from components.train_gnn.supervision import CLICKS, VIEWS


class PopularityOffset(nn.Module):
    r"""The log odds of a content's smoothed click rate, against the prior's, times a learned weight.

    .. math::
        o = w \Big( \mathrm{logit} \frac{n_+ + k p}{n + k} - \mathrm{logit}\, p \Big)

    where the content had n views, n_+ of them clicked, strictly before the link (rule 4), supervised pairs left out
    (rule 3). A content without views gets 0.

    Args:
        smoothing: k, how many views the prior counts.
    """

    prior: Tensor

    def __init__(self, smoothing: float) -> None:
        super().__init__()
        self.smoothing = smoothing
        self.weight = nn.Parameter(torch.ones(()))
        self.register_buffer("prior", torch.tensor(0.5))

    def forward(self, clicks: Tensor, views: Tensor) -> Tensor:
        """The offsets of contents.

        Args:
            clicks: n_+ [links].
            views: n [links].
        """
        # A click whose view is a supervised pair of another time may stand alone.
        rate = (clicks + self.smoothing * self.prior) / (torch.maximum(views, clicks) + self.smoothing)
        offset: Tensor = self.weight * (torch.logit(rate) - torch.logit(self.prior))
        return offset

    @torch.no_grad()
    def start_at(self, click_rate: float) -> None:
        """Sets the prior.

        Args:
            click_rate: Share of clicked links among those that train.
        """
        self.prior.fill_(min(max(click_rate, 1e-6), 1 - 1e-6))


def content_counts(batch: Any, hidden: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Clicks and views of each link's content before the link, float [links] each.

    Args:
        batch: From link_loader.
        hidden: From hidden_seeds; hidden contents have neither.
    """
    content = batch[VIEWS].edge_label_index[1]
    clicks, views = (hidden_degree(relation, batch[relation].degree, hidden)[content] for relation in (CLICKS, VIEWS))
    return clicks.float(), views.float()
