"""No report holds NaN: JSON has no word for it."""

from __future__ import annotations

import json
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import numpy

from components.evaluate_ranker.finite_values import finite_values, write_json

NESTED = strategies.recursive(
    strategies.floats() | strategies.integers() | strategies.booleans() | strategies.none() | strategies.text(),
    lambda parts: strategies.lists(parts) | strategies.dictionaries(strategies.text(), parts),
)


@hypothesis.given(NESTED)
def test_anything_can_be_written_as_strict_json(value: object) -> None:
    text = json.dumps(finite_values(value), allow_nan=False)
    assert finite_values(json.loads(text)) == finite_values(value)


def test_arrays_and_numbers_of_numpy_become_plain(tmp_path: Path) -> None:
    value = {
        "array": numpy.array([1.0, numpy.nan]),
        "number": numpy.float32(0.5),
        "count": numpy.int64(3),
        "flag": numpy.bool_(True),
        "undefined": numpy.float64("inf"),
    }
    write_json(tmp_path / "values.json", value)
    found = json.loads((tmp_path / "values.json").read_text(encoding="utf-8"))
    assert found == {"array": [1.0, None], "number": 0.5, "count": 3, "flag": True, "undefined": None}
