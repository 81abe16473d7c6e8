"""Candidate numbers that depend on the request too: their values, and the codes that order them within the slate."""

from __future__ import annotations

import dataclasses

import tensorflow

from components.train_ranker.compiled.slate_quantiles import codes_by_comparison, codes_by_sorting, codes_of_ascending
from components.train_ranker.input_features import transform_numbers


@dataclasses.dataclass(frozen=True)
class DerivedNumber:
    """One number of the candidates.

    Attributes:
        values: Transformed, float32 [N].
        codes: Order them within the slate, int32 [N].
        code_count: What the codes are smaller than.
    """

    values: tensorflow.Tensor
    codes: tensorflow.Tensor
    code_count: int | tensorflow.Tensor


def of_ascending(ascending: tensorflow.Tensor, places: tensorflow.Tensor, transform: str) -> DerivedNumber:
    """Numbers that stand in an ascending list [K], at the places of the candidates, int32 [N]."""
    codes = codes_of_ascending(ascending)
    return _looked_up(ascending, codes, places, transform)


def of_few(values: tensorflow.Tensor, places: tensorflow.Tensor, transform: str) -> DerivedNumber:
    """Numbers that stand in a short list [K], at the places of the candidates, int32 [N]."""
    return _looked_up(values, codes_by_comparison(values), places, transform)


def of_counts(counts: tensorflow.Tensor, most: tensorflow.Tensor, transform: str) -> DerivedNumber:
    """Counts of the candidates, int32 [N], none above `most`, int32 []."""
    return DerivedNumber(transform_numbers(transform, tensorflow.cast(counts, tensorflow.float32)), counts, most + 1)


def of_any(values: tensorflow.Tensor, transforms: list[str]) -> list[DerivedNumber]:
    """Numbers without an order that is known before [F, N], one transform a row."""
    count = tensorflow.shape(values)[1]
    codes = tensorflow.unstack(codes_by_sorting(values), num=len(transforms))
    rows = tensorflow.unstack(values, num=len(transforms))
    return [
        DerivedNumber(transform_numbers(transform, row), of_row, count)
        for transform, row, of_row in zip(transforms, rows, codes, strict=True)
    ]


def _looked_up(
    values: tensorflow.Tensor, codes: tensorflow.Tensor, places: tensorflow.Tensor, transform: str
) -> DerivedNumber:
    transformed = tensorflow.gather(transform_numbers(transform, values), places)
    return DerivedNumber(transformed, tensorflow.gather(codes, places), values.shape[0])
