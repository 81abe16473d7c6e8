"""Kept scores of days and seeds, drawn at random."""

from __future__ import annotations

import numpy

from components.evaluate_ranker.comparison import WITH, WITHOUT
from orchestration.rolling.comparator_names import FILTERING, TREES_WITH, TREES_WITH_FILTERING, TREES_WITHOUT
from orchestration.rolling.kept_scores import KeptScores

REFRESHES = ("1d", "30m")
STRENGTH = {WITHOUT: 0.6, WITH: 1.0, TREES_WITHOUT: 0.6, TREES_WITH: 0.9, TREES_WITH_FILTERING: 0.7, FILTERING: 0.2}
"""How much each scorer knows of who clicks."""


def drawn_days(days: int, seeds: int, requests: int = 120, slate: int = 8) -> dict[str, list[KeptScores]]:
    """Days whose rows differ and whose users come back; every seed of a day has the same rows."""
    return {f"2026-03-0{day + 1}T00:00:00Z": _drawn_seeds(day, seeds, requests, slate) for day in range(days)}


def _drawn_seeds(day: int, seeds: int, requests: int, slate: int) -> list[KeptScores]:
    generator = numpy.random.default_rng(day)
    rows = requests * slate
    taste = generator.normal(size=rows)
    slot = numpy.tile(numpy.arange(slate), requests)
    of_row = {
        # A day begins with the id that ended the day before: its rows must not flow into that request.
        "request_id": numpy.repeat([f"r{(number - day) % requests}" for number in range(requests)], slate),
        "user_id": numpy.repeat([f"u{number}" for number in generator.integers(0, 40, requests)], slate),
        "content_id": numpy.array([f"c{number}" for number in generator.integers(0, 30, rows)]),
        "timestamp": numpy.repeat(numpy.arange(requests), slate),
        "clicked": generator.random(rows) < 1 / (1 + numpy.exp(1.5 - 1.5 * taste)),
        "cold_user": numpy.repeat(generator.integers(0, 2, requests), slate),
        "cold_content": generator.integers(0, 2, rows),
        "new_content": generator.integers(0, 2, rows),
        "kind": generator.integers(1, 3, rows),
        "slot": slot,
        "device": numpy.repeat(generator.integers(1, 2, requests), slate),
    }
    return [
        KeptScores(
            of_row,
            {
                refresh: {
                    who: 1 / (1 + numpy.exp(2 - strength * taste - generator.normal(size=rows)))
                    for who, strength in STRENGTH.items()
                }
                for refresh in REFRESHES
            },
            {
                "seed": seed,
                "vocabularies": {"kind": ["article", "video"], "device": ["phone"]},
                "steps": [
                    {
                        "name": "train_gnn",
                        "started": float(seed),
                        "seconds": 2.0,
                        "counts": {"epochs": 1, "processor_seconds": 1.5},
                    }
                ],
            },
        )
        for seed in range(1, seeds + 1)
    ]
