"""Every test row with the probabilities that each model gave it, for who wants to look further than the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet

from components.evaluate_ranker.predictions import Predictions
from components.evaluate_ranker.record_columns import RecordColumns

SCORES_FILE = "scores.parquet"
ID_FEATURES = ("request_id", "user_id", "content_id", "timestamp")
"""What write_scores copies from the rows besides the label."""


def write_scores(
    path: Path, columns: RecordColumns, predictions: Mapping[str, Predictions], seeds: Sequence[int]
) -> None:
    """Writes one row a candidate: ids, `clicked`, and for each ranker and seed `<ranker>/seed=<n>` (logged position).

    Args:
        path: The Parquet file.
        columns: The test rows with ID_FEATURES.
        predictions: By ranker.
        seeds: Seeds of each ranker.
    """
    table = {name: columns.values[name] for name in ID_FEATURES}
    table["clicked"] = columns.clicked
    for ranker, of_ranker in predictions.items():
        for seed, scores in zip(seeds, of_ranker.logged, strict=True):
            table[f"{ranker}/seed={seed}"] = scores.astype(numpy.float32)
    arrays = {name: pyarrow.array(values) for name, values in table.items()}
    pyarrow.parquet.write_table(pyarrow.table(arrays), path)
