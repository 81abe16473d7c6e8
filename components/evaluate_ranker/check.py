"""One condition of the verdict, with what was found and what it was held against."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any, Literal

Group = Literal["scores", "quality", "slice", "export"]


@dataclasses.dataclass(frozen=True)
class Check:
    """One condition of the verdict.

    Attributes:
        name: For programs.
        title: For people, a few plain words.
        question: For people: what has to hold.
        group: What it is about: the scores themselves, quality on all rows, one slice, the exported model.
        value: What was found; NaN where it could not be told, which never passes.
        threshold: What it was held against, in words.
        passed: Whether it holds.
        measured: `value`, `low` and `high` of the difference that the value comes from; None where there is none.
        needs_clicks: Whether more clicks could change the answer.
        unit: Of the value and of what was measured, with a blank before it; "" for a plain number.
    """

    name: str
    title: str
    question: str
    group: Group
    value: float
    threshold: str
    passed: bool
    measured: Mapping[str, Any] | None = None
    needs_clicks: bool = False
    unit: str = ""

    @property
    def reason(self) -> str:
        """The check as a reason for a refusal."""
        return f"{self.name}: {self.value:.4g}{self.unit}, needed {self.threshold} ({self.question})"


def check_within(
    name: str,
    title: str,
    question: str,
    group: Group,
    value: float | None,
    *,
    low: float = -math.inf,
    high: float = math.inf,
    measured: Mapping[str, Any] | None = None,
    needs_clicks: bool = False,
    unit: str = "",
) -> Check:
    """A check that a value lies within bounds, both inclusive; what is undefined lies nowhere."""
    found = math.nan if value is None else float(value)
    passed = bool(low <= found <= high)
    threshold = _threshold(low, high) + unit
    return Check(name, title, question, group, found, threshold, passed, measured, needs_clicks, unit)


def _threshold(low: float, high: float) -> str:
    if math.isinf(high):
        return f"at least {low:g}"
    return f"at most {high:g}" if math.isinf(low) else f"{low:g} to {high:g}"
