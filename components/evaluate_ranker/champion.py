"""Where the challenger meets its champion: both score the rows that neither was trained on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from components.evaluate_ranker.later_rows import ScoredRows, pooled_back
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.predictions import Predictions, predict
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from components.evaluate_ranker.slices import SLICE_FEATURES
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact

COMPARED_FEATURES = (*SLICE_FEATURES, "request_id", "timestamp", "refresh")
"""What the rows of the comparison are read with."""


def rows_against_champion(
    challenger: RankerArtifact,
    champion: RankerArtifact,
    source: ExampleArtifact,
    columns: RecordColumns,
    predictions: Predictions,
    earlier: Sequence[ExampleArtifact],
    minimum_clicks: int,
) -> tuple[ScoredRows, int]:
    """Test rows at or after the `as_of` of both rankers: no training or validation row of either lies there (rule 8).

    Args:
        challenger: The ranker that might be pushed.
        champion: The ranker that serves now.
        source: The examples of this refresh.
        columns: Their test rows with COMPARED_FEATURES.
        predictions: The challenger's scores of them.
        earlier: Examples of earlier refreshes; their test rows are pooled, the newest first, where the clicks of the
            newer ones are too few.
        minimum_clicks: How many clicks are enough.

    Returns:
        The rows with the scores of the first seeds, and how many earlier refreshes were pooled.
    """
    trained_until = max(ranker.meta.as_of_instant for ranker in (challenger, champion))
    newest = ScoredRows(columns, predictions.logged[0], _scores(champion, source, columns))
    newest_first = sorted(earlier, key=lambda examples: examples.meta.as_of_instant, reverse=True)
    return pooled_back(newest, _scored_parts(challenger, champion, newest_first), trained_until, minimum_clicks)


def _scored_parts(
    challenger: RankerArtifact, champion: RankerArtifact, parts: Sequence[ExampleArtifact]
) -> Iterator[ScoredRows]:
    for part in parts:
        columns = read_record_columns(part, "test", COMPARED_FEATURES)
        yield ScoredRows(columns, _scores(challenger, part, columns), _scores(champion, part, columns))


def _scores(ranker: RankerArtifact, examples: ExampleArtifact, columns: RecordColumns) -> FloatArray:
    """Of the seed that is pushed, NaN as 0 [rows]."""
    predictions = predict(ranker, examples, len(columns.clicked), seeds=ranker.details.seeds[:1])
    scores: FloatArray = predictions.usable().logged[0]
    return scores
