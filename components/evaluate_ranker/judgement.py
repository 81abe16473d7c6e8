"""From scores to the verdict: on which rows, against whom, and what the export itself is like."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from components.evaluate_ranker.challenge import CHAMPION, POPULARITY, challenge
from components.evaluate_ranker.champion import rows_against_champion
from components.evaluate_ranker.export_facts import export_facts
from components.evaluate_ranker.later_rows import ScoredRows
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.predictions import Predictions
from components.evaluate_ranker.record_columns import RecordColumns
from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.slices import slice_masks
from components.evaluate_ranker.verdict import Evidence, verdict
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact


@dataclasses.dataclass(frozen=True)
class Opponent:
    """What the challenger must not lose to.

    Attributes:
        champion: The ranker that serves now; None where there is none yet.
        popularity: Scores of the test rows that the challenger must beat without one [rows].
        earlier: Examples of earlier refreshes, whose test rows may be pooled.
    """

    champion: RankerArtifact | None
    popularity: FloatArray
    earlier: Sequence[ExampleArtifact] = ()


def judgement(
    challenger: RankerArtifact,
    opponent: Opponent,
    source: ExampleArtifact,
    columns: RecordColumns,
    predictions: Predictions,
    finite_share: float,
    lift: Mapping[str, Any] | None,
    settings: EvaluationSettings,
) -> dict[str, Any]:
    """Judges the challenger.

    Args:
        challenger: The ranker with the graph.
        opponent: What it is held against.
        source: The examples of this run.
        columns: Their test rows.
        predictions: The challenger's scores of them.
        finite_share: Share of the scores of both rankers that are probabilities.
        lift: Of `comparison.compare`: over the ranker without the graph.
        settings: Thresholds.

    Returns:
        `challenge`, `export` and `verdict` of evaluation.json.
    """
    if opponent.champion is None:
        name, pooled = POPULARITY, 0
        rows = ScoredRows(columns, predictions.logged[0], opponent.popularity)
    else:
        name = CHAMPION
        rows, pooled = rows_against_champion(
            challenger, opponent.champion, source, columns, predictions, opponent.earlier, settings.minimum_clicks
        )
    slices = slice_masks(rows.columns, source.details.vocabularies, settings.slot_bands)
    compared = {**challenge(rows, name, slices, settings), "pooled_refreshes": pooled}
    export = export_facts(challenger.saved_model(), source, settings)
    evidence = Evidence(finite_share, compared, lift, export)
    return {"challenge": compared, "export": export.values(), "verdict": verdict(evidence, settings)}
