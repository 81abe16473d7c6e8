"""Which held-out pairs an earlier network cannot have been trained on."""

from __future__ import annotations

import dataclasses

import numpy

from components.train_gnn.supervision import Links, Supervision, pair_key
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant


def unseen_held_out(supervision: Supervision, shown: Links, known_before: Instant) -> Supervision:
    """Leaves out held-out pairs that were shown before the earlier network's end: it drew its own held-out pairs.

    Args:
        supervision: Today's split; what carries no message stays as it is.
        shown: Every link of today's training days.
        known_before: The earlier network's end.

    Raises:
        ContractError: No clicked or no unclicked held-out link is left.
    """
    held_out, contents = supervision.held_out, supervision.contents
    older = shown.select(shown.time < known_before)
    seen = numpy.isin(
        pair_key(held_out.user, held_out.content, contents), pair_key(older.user, older.content, contents)
    )
    unseen = held_out.select(~seen)
    clicks = int(unseen.label.sum())
    if clicks in (0, len(unseen)):
        raise ContractError(
            f"{len(unseen)} of {len(held_out)} held-out links are of pairs first shown since the earlier network's end "
            f"{format_instant(known_before)}, {clicks} of them clicked; take a network of an earlier day, or train "
            "without one"
        )
    return dataclasses.replace(supervision, held_out=unseen)
