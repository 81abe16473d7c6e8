"""Slices cover what their names say."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.slices import slice_masks


def columns_of(**values: list[int]) -> RecordColumns:
    rows = len(values["slot"])
    defaults = {name: [0] * rows for name in ("cold_user", "cold_content", "new_content", "kind", "device")}
    numbers = numpy.arange(rows)
    arrays = {name: numpy.array(column) for name, column in {**defaults, **values}.items()}
    return RecordColumns(numbers, numbers, numbers, numpy.zeros(rows, numpy.bool_), arrays)


def test_users_and_content_fall_into_one_half_each() -> None:
    masks = slice_masks(columns_of(slot=[0, 1, 2], cold_user=[1, 0, 0], new_content=[0, 1, 1]), {}, ())
    assert masks["cold_users"].tolist() == [True, False, False]
    assert masks["warm_users"].tolist() == [False, True, True]
    assert masks["new_content"].tolist() == [False, True, True]
    assert masks["known_content"].tolist() == [True, False, False]


def test_codes_are_named_by_their_vocabulary_and_unknown_codes_belong_to_no_slice() -> None:
    columns = columns_of(slot=[0, 1, 2, 3], kind=[1, 2, 0, 2], device=[2, 2, 0, 2])
    masks = slice_masks(columns, {"kind": ("article", "video"), "device": ("desktop", "phone")}, ())
    assert masks["kind=article"].tolist() == [True, False, False, False]
    assert masks["kind=video"].tolist() == [False, True, False, True]
    assert masks["device=phone"].tolist() == [True, True, False, True]
    assert "device=desktop" not in masks  # no row


def test_slot_bands_partition_the_known_slots() -> None:
    masks = slice_masks(columns_of(slot=[-1, 0, 3, 4, 9, 10, 39]), {}, (4, 10))
    assert masks["slot=0-3"].tolist() == [False, True, True, False, False, False, False]
    assert masks["slot=4-9"].tolist() == [False, False, False, True, True, False, False]
    assert masks["slot=10+"].tolist() == [False, False, False, False, False, True, True]


def test_logs_without_slots_have_no_slot_slice() -> None:
    assert not [name for name in slice_masks(columns_of(slot=[-1, -1]), {}, (4,)) if name.startswith("slot")]
