"""Categories as integers: value number i of a vocabulary is i + 1; 0 is what the vocabulary does not hold."""

from __future__ import annotations

from pathlib import Path

import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.contents import Contents
from components.write_examples.impressions import Impressions
from components.write_examples.log_tables import read_log_table
from schemas.graph_artifact import IntArray
from schemas.instants import Instant
from schemas.log_contract import log_contract
from schemas.ranking_features import ranking_features

Vocabularies = dict[str, tuple[str, ...]]


def read_vocabularies(logs: Path, contents: Contents, impressions: Impressions, end: Instant) -> Vocabularies:
    """The values of every feature with a vocabulary: what the contract declares, else what was seen before an instant.

    Args:
        logs: The validated logs.
        contents: Their contents.
        impressions: Their impressions; a content counts as seen from its first one.
        end: Only what was seen strictly before it; later values are unknown to a ranker.

    Returns:
        Values by the name of the feature: in declared order, else sorted.
    """
    return {
        feature.name: _values(feature.vocabulary, logs, contents, impressions, end)
        for feature in ranking_features()
        if feature.vocabulary
    }


def encode_categories(values: pyarrow.Array | pyarrow.ChunkedArray, vocabulary: tuple[str, ...]) -> IntArray:
    """Categories as int64, 0 for null and unknown values [rows]."""
    positions = pyarrow.compute.index_in(values, pyarrow.array(vocabulary, pyarrow.string()), skip_nulls=True)
    codes: IntArray = positions.fill_null(-1).to_numpy().astype(numpy.int64) + 1
    return codes


def _values(reference: str, logs: Path, contents: Contents, impressions: Impressions, end: Instant) -> tuple[str, ...]:
    table, column = reference.split(".")
    declared = log_contract()[table].columns[column].allowed
    if declared is not None:
        return tuple(str(value) for value in declared)
    if table == "contents":
        seen = numpy.unique(impressions.content[: numpy.searchsorted(impressions.time, end, side="left")])
        values = contents.table[column].take(pyarrow.array(seen))
    else:
        values = read_log_table(logs, table, [column], end=end)[column]
    return tuple(sorted(values.unique().drop_null().to_pylist()))
