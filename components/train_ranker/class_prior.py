"""Moves all logits so that predicted clicks are as many as observed ones: what a slate softmax cannot learn."""

from __future__ import annotations

import numpy
import numpy.typing
import scipy.optimize
import scipy.special
import tensorflow

from components.train_ranker.model import Ranker

FAR = 50.0
"""Logits; no click rate of real logs lies beyond."""


def correct_class_prior(ranker: Ranker, rows: tensorflow.data.Dataset) -> None:
    """Adds to the last bias what makes the mean predicted probability the click rate of the rows.

    Args:
        ranker: Trained.
        rows: Batches and labels, with both clicked and other candidates.
    """
    logits, clicked = [], []
    for batch, labels in rows:
        logits.append(ranker(batch).numpy()[:, 0])
        clicked.append(labels.numpy()[:, 0])
    move = class_prior_move(numpy.concatenate(logits), float(numpy.concatenate(clicked).mean()))
    ranker.logit.bias.assign_add([move])


def class_prior_move(logits: numpy.typing.NDArray[numpy.floating], click_rate: float) -> float:
    """What to add to logits [M] so that their mean probability is the click rate, which lies within (0, 1)."""
    # Every logit lies within FAR of the smallest and largest, so that both ends have the mean on their side.
    low, high = -FAR - float(logits.max()), FAR - float(logits.min())
    move: float = scipy.optimize.brentq(
        lambda moved: float(scipy.special.expit(logits + moved).mean()) - click_rate, low, high, xtol=1e-9
    )
    return move
