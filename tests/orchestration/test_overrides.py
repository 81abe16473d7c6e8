"""Settings from the command line reach exactly the place that they name."""

from __future__ import annotations

import pytest

from orchestration.overrides import with_overrides
from schemas.errors import ContractError


def test_replaces_one_value_and_leaves_the_original_alone() -> None:
    values = {"ranker": {"epochs": 6, "seeds": [1]}, "refresh": "30m"}
    changed = with_overrides(values, ["ranker.epochs=2", "refresh=2h", "network.fan_out=[8, 4]"])
    assert changed == {"ranker": {"epochs": 2, "seeds": [1]}, "refresh": "2h", "network": {"fan_out": [8, 4]}}
    assert values["ranker"] == {"epochs": 6, "seeds": [1]}


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("ranker.epochs", "expected section.key=value"),
        ("=3", "expected section.key=value"),
        ("refresh.every=2h", "'refresh' is a value"),
        ("ranker.epochs=[1", "is not a YAML value"),
    ],
)
def test_refuses_what_it_cannot_place(override: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        with_overrides({"refresh": "30m"}, [override])
