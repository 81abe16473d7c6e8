"""Named parts of the test rows on which the rankers are compared once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy

from components.evaluate_ranker.metrics import BoolArray
from components.evaluate_ranker.record_columns import RecordColumns

SLICE_FEATURES = ("cold_user", "cold_content", "new_content", "kind", "slot", "device")
"""What slice_masks reads."""


def slice_masks(
    columns: RecordColumns, vocabularies: Mapping[str, Sequence[str]], slot_bands: Sequence[int]
) -> dict[str, BoolArray]:
    """Which rows belong to each slice.

    Slices of users and content are fixed at the daily `as_of`; the examples carry them.

    Args:
        columns: Rows with SLICE_FEATURES.
        vocabularies: Values of `kind` and `device`; value number i is encoded as i + 1.
        slot_bands: First slots of the bands after the first.

    Returns:
        Masks [rows] by name, without slices that hold no row: cold_users, warm_users, cold_content, warm_content,
        new_content, known_content, `kind=<value>`, `slot=<first>-<last>`, `device=<value>`.
    """
    values = columns.values
    masks = {
        "cold_users": values["cold_user"] == 1,
        "warm_users": values["cold_user"] == 0,
        "cold_content": values["cold_content"] == 1,
        "warm_content": values["cold_content"] == 0,
        "new_content": values["new_content"] == 1,
        "known_content": values["new_content"] == 0,
    }
    for feature in ("kind", "device"):
        for number, name in enumerate(vocabularies.get(feature, ())):
            masks[f"{feature}={name}"] = values[feature] == number + 1
    starts = (0, *slot_bands)
    for start, end in zip(starts, (*slot_bands, None), strict=True):
        slot = values["slot"]
        name = f"slot={start}-{end - 1}" if end is not None else f"slot={start}+"
        masks[name] = (slot >= start) & (slot < end) if end is not None else slot >= start
    return {name: mask for name, mask in masks.items() if numpy.any(mask)}
