"""What turns the dot product of two embeddings into the log odds of a click, told in the network artifact.

Whoever reads the artifact need not have torch: log odds = scale x dot product + bias + popularity (see popularity.py)
+ ln(unclicked_share), where the last term takes back that training keeps only a share of the unclicked links
(negatives_per_click).
"""

from __future__ import annotations

from typing import Any

from components.train_gnn.network import GraphNetwork
from components.train_gnn.settings import LossSettings


def log_odds_details(network: GraphNetwork, loss: LossSettings, unclicked_share: float) -> dict[str, Any]:
    """The artifact's `log_odds`.

    Args:
        network: The trained network.
        loss: What it was trained with.
        unclicked_share: Share of the unclicked training links that an epoch keeps.

    Returns:
        `scale`, `bias`, `popularity` (weight, prior and smoothing; None without), `unclicked_share`, and
        `uncalibrated_because`: why the log odds are none of a click, or None where they are.
    """
    reason = None
    if loss.name != "bce":
        reason = f"the loss '{loss.name}' only ranks: it fixes differences between links of a request, not their odds"
    elif loss.in_batch_negatives:
        reason = "trained against contents of other links as well (in_batch_negatives): the odds are not of a view"
    popularity = network.popularity
    return {
        "scale": float(network.log_scale.detach().exp()),
        "bias": float(network.bias.detach()),
        "popularity": None
        if popularity is None
        else {
            "weight": float(popularity.weight.detach()),
            "prior": float(popularity.prior),
            "smoothing": popularity.smoothing,
        },
        "unclicked_share": unclicked_share,
        "uncalibrated_because": reason,
    }
