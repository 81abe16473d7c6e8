"""The losses by the name that a configuration gives."""

from __future__ import annotations

from components.train_gnn.losses.bce import BinaryCrossEntropy
from components.train_gnn.losses.bpr import BayesianPersonalizedRanking
from components.train_gnn.losses.loss import Loss
from components.train_gnn.losses.softmax import SlateSoftmax

LOSSES: dict[str, Loss] = {
    "bce": BinaryCrossEntropy(),
    "bpr": BayesianPersonalizedRanking(),
    "softmax": SlateSoftmax(),
}
"""One for each name in LossSettings."""
