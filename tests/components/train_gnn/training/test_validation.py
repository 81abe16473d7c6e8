"""The validation slice: later than everything trained on, pairs apart, held-out pairs untouched."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import given, settings, strategies

from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import CLICKS, VIEWS, Links, Supervision, impressed_links, split_supervision
from components.train_gnn.training.validation import TrainingSplit, split_training
from schemas.errors import ContractError
from tests.components.train_gnn.training.tiny_training import HOUR, NETWORK_END, tiny_settings, tiny_tables


def supervision_of(seed: int) -> Supervision:
    tables = tiny_tables(seed)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    return split_supervision(links, tables.contents, 0.7, 0.2, numpy.random.default_rng(seed))


def split_of(supervision: Supervision, **training: Any) -> TrainingSplit:
    return split_training(supervision, NETWORK_END, settings_of(**training))


def settings_of(**training: Any) -> NetworkSettings:
    return tiny_settings(training, negatives_per_click=0)


def pairs(links: Links) -> set[tuple[int, int]]:
    return set(zip(links.user.tolist(), links.content.tolist(), strict=True))


@settings(max_examples=25)
@given(seed=strategies.integers(0, 50), hours=strategies.integers(1, 5))
def test_training_is_older_and_of_other_pairs(seed: int, hours: int) -> None:
    supervision = supervision_of(seed)
    split = split_of(supervision, validation_span=f"{hours}h")
    start = NETWORK_END - hours * HOUR
    assert split.validation_start == start
    assert (split.training.time < start).all()
    assert (split.validation.time >= start).all()
    assert not pairs(split.training) & pairs(split.validation)
    # Nothing else is lost: what is missing are older links of pairs that the slice holds.
    missing = pairs(supervision.training) - pairs(split.training) - pairs(split.validation)
    assert not missing
    assert len(split.validation) == int((supervision.training.time >= start).sum())


def test_held_out_pairs_stay_what_they_are() -> None:
    supervision = supervision_of(0)
    split = split_of(supervision)
    assert split.held_out is supervision.held_out
    assert not pairs(split.held_out) & (pairs(split.training) | pairs(split.validation))


def test_too_few_clicks_are_replaced_by_the_held_out_pairs_and_said() -> None:
    """Then nothing needs to be cut off the training links."""
    supervision = supervision_of(0)
    clicks = int(supervision.training.label[supervision.training.time >= NETWORK_END - 2 * HOUR].sum())
    told = split_of(supervision, validation_clicks=clicks)
    assert told.notice is None
    split = split_of(supervision, validation_clicks=clicks + 1)
    assert split.validation_start is None
    assert pairs(split.validation) == pairs(supervision.held_out)
    assert len(split.training) == len(supervision.training)
    assert split.notice is not None
    assert f"hold {clicks} clicks, validation_clicks asks for {clicks + 1}" in split.notice


def test_a_span_that_leaves_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(ContractError, match=r"0 training .validation_span 10h takes the last"):
        split_of(supervision_of(0), validation_span="10h")


def test_validation_is_as_balanced_as_training() -> None:
    """A loss over all unclicked links would punish the log odds that training asks for."""
    split = split_training(supervision_of(1), NETWORK_END, tiny_settings(negatives_per_click=1))
    assert split.validation.label.mean() == pytest.approx(0.5)
