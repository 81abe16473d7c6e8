"""The time-later validation slice: the last hours of the training days, which training never sees."""

from __future__ import annotations

import dataclasses

import numpy

from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import Links, Supervision, pair_key
from components.train_gnn.training.random_streams import VALIDATION, generator_of
from components.train_gnn.training_links import thinned
from schemas.errors import ContractError
from schemas.instants import Instant, format_instant, parse_duration


@dataclasses.dataclass(frozen=True)
class TrainingSplit:
    """Which supervised links train, which tell when to stop, and which are only reported on.

    Attributes:
        training: Links that are trained on, all of them strictly older than `validation_start`.
        validation: Links whose loss stops the training; unclicked ones are as rare as in training.
        held_out: Links of pairs that are never trained on.
        validation_start: Start of the validation slice; None where the held-out pairs take its place.
        notice: Why they do, for the report; None where they do not.
    """

    training: Links
    validation: Links
    held_out: Links
    validation_start: Instant | None
    notice: str | None


def split_training(supervision: Supervision, network_end: Instant, settings: NetworkSettings) -> TrainingSplit:
    """Cuts the last `validation_span` off the training links.

    A pair with a link in the slice is not trained on at all, so that what the network knows of the pair is what its
    neighbourhoods say. Messages to the slice's links keep rules 3 and 4 as all others do: no supervised pair carries
    one, and each is older than its link.

    Args:
        supervision: The split into training and held-out pairs.
        network_end: End of the training days.
        settings: The network's settings.

    Raises:
        ContractError: One of the parts holds no clicked or no unclicked link.
    """
    training, held_out = supervision.training, supervision.held_out
    span, needed = settings.training.validation_span, settings.training.validation_clicks
    _require_both_classes("training", training, network_end)
    _require_both_classes("held-out", held_out, network_end)
    generator = generator_of(settings.seed, VALIDATION)
    stand_in = thinned(held_out, settings, generator)
    if span is None:
        return TrainingSplit(training, stand_in, held_out, None, "validated on the held-out pairs: no validation_span")
    start = network_end - parse_duration(span)
    late = training.time >= start
    later = training.select(late)
    clicks = int(later.label.sum())
    if clicks < needed or clicks == len(later):
        notice = (
            f"validated on the held-out pairs: the {len(later)} links of the last {span} hold {clicks} clicks, "
            f"validation_clicks asks for {needed}"
        )
        return TrainingSplit(training, stand_in, held_out, None, notice)
    key = pair_key(training.user, training.content, supervision.contents)
    older = training.select(~numpy.isin(key, key[late]))
    _require_both_classes(f"training (validation_span {span} takes the last {len(later)})", older, start)
    validation = thinned(later, settings, generator)
    return TrainingSplit(older, validation, held_out, start, None)


def _require_both_classes(name: str, links: Links, end: Instant) -> None:
    clicks = int(links.label.sum())
    if clicks == 0 or clicks == len(links):
        raise ContractError(
            f"{len(links)} {name} links before {format_instant(end)} hold {clicks} clicks; the network "
            "needs both clicked and unclicked ones: give it more days (network_days) or more logs"
        )
