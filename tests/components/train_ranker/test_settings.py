"""Settings of the ranker."""

from __future__ import annotations

from typing import Any

import pytest

from components.train_ranker.settings import RankerSettings
from schemas.errors import ContractError
from schemas.settings import parse_settings


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"learningrate": 0.1}, "learningrate"),
        ({"cross": "quadratic"}, "quadratic"),
        ({"seeds": [1, 1]}, "different"),
        ({"seeds": []}, "seeds"),
        ({"deep_sizes": [8, 0]}, "positive"),
        ({"dropout": 1.0}, "dropout"),
    ],
)
def test_an_unknown_key_or_a_senseless_value_is_refused_and_named(values: dict[str, Any], named: str) -> None:
    with pytest.raises(ContractError, match=named):
        parse_settings(RankerSettings, values, "run.yaml")
