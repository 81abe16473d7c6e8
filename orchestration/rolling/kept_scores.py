"""The scores of one day and seed on disk: all that the table needs, whole or not at all."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet

from components.evaluate_ranker.metrics import FloatArray
from schemas.folders import whole_folder

SCORES_FILE, META_FILE = "scores.parquet", "meta.json"
LABEL = "clicked"
SCORE = "score/"
"""What the names of score columns begin with: `score/<refresh>/<who>`."""


@dataclasses.dataclass(frozen=True)
class KeptScores:
    """What everyone gave each test row of a day, with one seed.

    Attributes:
        rows: Ids, label and slices of the test rows by name [rows].
        scores: By refresh and by who scores [rows].
        meta: `as_of`, `seed`, `vocabularies` of the slices, and the `steps` with their seconds.
    """

    rows: dict[str, Any]
    scores: dict[str, dict[str, FloatArray]]
    meta: dict[str, Any]


def write_kept_scores(
    folder: Path,
    rows: Mapping[str, Any],
    scores: Mapping[str, Mapping[str, FloatArray]],
    meta: Mapping[str, Any],
) -> None:
    """Writes the folder, see KeptScores."""
    columns = {name: pyarrow.array(values) for name, values in rows.items()}
    for refresh, of_refresh in scores.items():
        columns |= {f"{SCORE}{refresh}/{who}": pyarrow.array(values) for who, values in of_refresh.items()}
    with whole_folder(folder) as partial:
        pyarrow.parquet.write_table(pyarrow.table(columns), partial / SCORES_FILE)
        (partial / META_FILE).write_text(json.dumps(meta, indent=2) + "\n", encoding="utf-8")


def read_kept_scores(folder: Path) -> KeptScores:
    """Reads what write_kept_scores wrote."""
    table = pyarrow.parquet.read_table(folder / SCORES_FILE)
    columns: dict[str, Any] = {name: table[name].to_numpy() for name in table.column_names}
    scores: dict[str, dict[str, FloatArray]] = {}
    for name in [name for name in columns if name.startswith(SCORE)]:
        refresh, who = name.removeprefix(SCORE).split("/")
        scores.setdefault(refresh, {})[who] = columns.pop(name).astype(numpy.float64)
    return KeptScores(columns, scores, json.loads((folder / META_FILE).read_text(encoding="utf-8")))
