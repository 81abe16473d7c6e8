"""What a benchmark says of itself: one measured figure beside its reference, for people and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measured figure, in the form of the design's section 11.

    Attributes:
        name: The benchmark, and which of its figures.
        work: What was done.
        value: What was measured.
        unit: Of the value.
        reference: What it is compared with, measured in the same run.
        reference_value: In the same unit.
        ratio: value / reference_value.
        peak_memory_gb: Largest resident memory of the measured process, in 10^9 bytes.
        goal: In words.
        met: Whether the goal is met.
    """

    name: str
    work: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    peak_memory_gb: float
    goal: str
    met: bool


def print_figures(figures: Sequence[Figure], as_json: bool) -> None:
    """Prints the figures, one a line; with `as_json` a last line holds all of them."""
    for figure in figures:
        print(
            f"{figure.name}: {figure.value:.3g} {figure.unit}, {figure.reference} {figure.reference_value:.3g} "
            f"(ratio {figure.ratio:.3g}), peak {figure.peak_memory_gb:.2f} GB; goal {figure.goal}: "
            f"{'met' if figure.met else 'NOT met'}"
        )
    if as_json:
        print(json.dumps([dataclasses.asdict(figure) for figure in figures]))
