"""The test rows of all days behind each other, with users in common, so that one resample of users serves all days."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy

from components.evaluate_ranker.metrics import BoolArray, FloatArray
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.slices import SLICE_FEATURES, slice_masks
from orchestration.rolling.kept_scores import LABEL, KeptScores
from schemas.errors import ContractError

ALL_ROWS = "all"


@dataclasses.dataclass(frozen=True)
class PooledRows:
    """Rows of all days.

    Attributes:
        columns: Users are numbered over all days.
        masks: By day and slice, ALL_ROWS among them: which of all rows [rows].
        scores: By refresh and by who scores [seeds, rows].
    """

    columns: RecordColumns
    masks: dict[str, dict[str, BoolArray]]
    scores: dict[str, dict[str, FloatArray]]


def pool_rows(days: Mapping[str, Sequence[KeptScores]], slot_bands: Sequence[int]) -> PooledRows:
    """Joins the days.

    Args:
        days: By day, the scores of each seed; every day has the same seeds, in the same order.
        slot_bands: First slots of the bands after the first.

    Raises:
        ContractError: The seeds of a day scored different rows.
    """
    firsts = {day: seeds[0] for day, seeds in days.items()}
    for day, seeds in days.items():
        _check_same_rows(day, seeds)
    names = ("request_id", "user_id", LABEL)
    joined = {name: numpy.concatenate([first.rows[name] for first in firsts.values()]) for name in names}
    sizes = [len(first.rows[LABEL]) for first in firsts.values()]
    day_of_row = numpy.repeat(numpy.arange(len(sizes)), sizes)
    new = numpy.append(True, joined["request_id"][1:] != joined["request_id"][:-1])
    new[numpy.cumsum(sizes)[:-1]] = True
    users = numpy.unique(joined["user_id"], return_inverse=True)[1].astype(numpy.int64)
    columns = RecordColumns(numpy.cumsum(new) - 1, users, users[new], joined[LABEL].astype(bool), {})
    masks = {}
    for number, (day, first) in enumerate(firsts.items()):
        inside = day_of_row == number
        masks[day] = {ALL_ROWS: inside}
        for name, mask in _slices(first, slot_bands).items():
            masks[day][name] = numpy.zeros(len(inside), dtype=bool)
            masks[day][name][inside] = mask
    return PooledRows(columns, masks, _pooled_scores(list(days.values())))


def _pooled_scores(days: Sequence[Sequence[KeptScores]]) -> dict[str, dict[str, FloatArray]]:
    """By refresh and by who scores, the days behind each other [seeds, rows]."""

    def pooled(refresh: str, who: str) -> FloatArray:
        by_day = [numpy.stack([seed.scores[refresh][who] for seed in seeds]) for seeds in days]  # [seeds, rows of day]
        return numpy.concatenate(by_day, axis=1)

    shape = days[0][0].scores
    return {refresh: {who: pooled(refresh, who) for who in of_refresh} for refresh, of_refresh in shape.items()}


def _slices(first: KeptScores, slot_bands: Sequence[int]) -> dict[str, BoolArray]:
    values = {name: first.rows[name] for name in SLICE_FEATURES}
    nobody = numpy.zeros(0, numpy.int64)
    of_day = RecordColumns(nobody, nobody, nobody, first.rows[LABEL], values)
    return slice_masks(of_day, first.meta["vocabularies"], slot_bands)


def _check_same_rows(day: str, seeds: Sequence[KeptScores]) -> None:
    for name in ("request_id", "content_id", LABEL):
        if any(not numpy.array_equal(seeds[0].rows[name], other.rows[name]) for other in seeds[1:]):
            raise ContractError(f"{day}: the seeds did not score the same rows ({name} differs); delete what is kept")
