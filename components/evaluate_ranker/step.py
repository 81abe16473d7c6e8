"""The step: scores the test rows with both rankers, compares them, and gives the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.evaluate_ranker.beyond_accuracy import beyond_accuracy
from components.evaluate_ranker.challenge import CHAMPION
from components.evaluate_ranker.champion import COMPARED_FEATURES
from components.evaluate_ranker.comparison import WITH, WITHOUT, compare
from components.evaluate_ranker.fingerprint import fingerprint, meta_fingerprint
from components.evaluate_ranker.finite_values import write_json
from components.evaluate_ranker.inputs import check_champion, check_inputs
from components.evaluate_ranker.judgement import Opponent, judgement
from components.evaluate_ranker.link_log_odds import link_features, network_links
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.network_alone import SLICE_COLUMNS, network_alone, row_slices
from components.evaluate_ranker.network_truth import network_truth
from components.evaluate_ranker.page_requests import PAGE_FEATURES
from components.evaluate_ranker.plot_data import plot_data
from components.evaluate_ranker.popularity import POPULARITY_FEATURES, popularity_score
from components.evaluate_ranker.predictions import Predictions, predict
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from components.evaluate_ranker.score_table import ID_FEATURES, SCORES_FILE, write_scores
from components.evaluate_ranker.settings import EvaluationSettings
from components.evaluate_ranker.slices import slice_masks
from components.evaluate_ranker.truth import TRUTH_FEATURES, true_scores, truth_summary
from schemas.artifact_meta import ArtifactMeta, read_meta, write_meta
from schemas.example_artifact import ExampleArtifact
from schemas.folders import whole_folder
from schemas.instants import format_instant
from schemas.ranker_artifact import RankerArtifact
from schemas.step_report import StepReport

EVALUATION_FILE, PLOTS_FILE = "evaluation.json", "plots.json"
FEATURES = {
    *COMPARED_FEATURES,
    *TRUTH_FEATURES,
    *POPULARITY_FEATURES,
    *SLICE_COLUMNS,
    *ID_FEATURES,
    *PAGE_FEATURES,
}
"""What the test rows are read with, besides the features of links."""


def evaluate_ranker(
    *,
    examples: Path,
    without_graph: Path,
    with_graph: Path,
    network: Path,
    output: Path,
    settings: EvaluationSettings,
    logs: Path | None,
    report: StepReport,
    champion: Path | None = None,
    earlier_examples: Sequence[Path] = (),
) -> None:
    """Writes the evaluation artifact: evaluation.json, plots.json and scores.parquet.

    Args:
        examples: From write_examples; its `test` split is scored.
        without_graph: The ranker without the graph's features.
        with_graph: The challenger.
        network: From train_gnn; its training curves are copied.
        output: The artifact.
        settings: Resamples, slices and thresholds.
        logs: The source's log folder; where it holds a truth, the report tells the share that was reached.
        report: Gets the headline figures.
        champion: The ranker that serves now, which the challenger must not lose to; without one it must beat
            popularity.
        earlier_examples: Examples of earlier refreshes, whose test rows are pooled where the newest hold too few
            clicks.

    Raises:
        ContractError: The artifacts do not belong together, or the test split is empty.
    """
    source = ExampleArtifact(examples)
    rankers = {WITHOUT: RankerArtifact(without_graph), WITH: RankerArtifact(with_graph)}
    network_meta = read_meta(network, "network")
    check_inputs(source, rankers[WITHOUT], rankers[WITH], network_meta, network)
    earlier = [ExampleArtifact(folder) for folder in earlier_examples]
    serving = None if champion is None else RankerArtifact(champion)
    if serving is not None:
        check_champion(serving, earlier, source)
    log_odds = network_meta.details.get("log_odds")
    columns = read_record_columns(source, "test", {*FEATURES, *link_features(log_odds)})
    raw = {name: predict(ranker, source, len(columns.clicked)) for name, ranker in rankers.items()}
    predictions = {name: scores.usable() for name, scores in raw.items()}
    popularity_feature, popularity = popularity_score(columns)
    body = _compared(columns, predictions, source, popularity_feature, popularity, settings)
    finite_share = min(part.probabilities for part in raw.values())
    opponent = Opponent(serving, popularity, earlier)
    body |= judgement(rankers[WITH], opponent, source, columns, predictions[WITH], finite_share, body["lift"], settings)
    paged = {**rankers, **({} if serving is None else {CHAMPION: serving})}
    saved_models = {name: ranker.saved_model() for name, ranker in paged.items()}
    body["beyond_accuracy"] = (
        beyond_accuracy(source, columns, saved_models, predictions[WITH].fixed[0], popularity_feature, settings)
        if settings.page_requests
        else None
    )
    body["as_of"] = source.meta.as_of
    links = network_links(columns, log_odds, source.details)
    parts = row_slices(columns)
    body["network"], network_bins = network_alone(links, parts, network_meta.details, settings)
    body["seeds"] = list(rankers[WITH].details.seeds)
    scores = true_scores(logs, columns) if logs is not None else None
    body["truth"] = None if scores is None else truth_summary(scores, columns, body["rankers"])
    if scores is not None:
        body["truth"]["network"] = network_truth(links, parts, scores["user_and_content"], body["network"])
    plots = plot_data(predictions, columns.clicked, rankers, network_meta, settings.calibration_bins)
    plots["network_calibration"] = network_bins
    counts = _counts(body)
    youngest = int(columns.values["timestamp"].max())
    with whole_folder(output) as folder:
        write_json(folder / EVALUATION_FILE, body)
        write_json(folder / PLOTS_FILE, plots)
        write_scores(folder / SCORES_FILE, columns, predictions, rankers[WITH].details.seeds)
        meta = ArtifactMeta(
            kind="evaluation",
            as_of=format_instant(youngest + 1),
            largest_event_time=format_instant(youngest),
            inputs={
                "examples": meta_fingerprint(examples),
                "network": meta_fingerprint(network),
                **{name: fingerprint(ranker.folder) for name, ranker in paged.items()},
                **{f"earlier_examples_{number}": meta_fingerprint(part.folder) for number, part in enumerate(earlier)},
            },
            space=source.details.space,
            counts=counts,
        )
        write_meta(folder, meta)
    report.counts.update(counts)


def _compared(
    columns: RecordColumns,
    predictions: dict[str, Predictions],
    source: ExampleArtifact,
    popularity_feature: str,
    popularity: FloatArray,
    settings: EvaluationSettings,
) -> dict[str, Any]:
    """Both rankers beside each other, as evaluation.json tells it."""
    slices = slice_masks(columns, source.details.vocabularies, settings.slot_bands)
    comparison = compare(columns, predictions, slices, popularity, settings)
    if comparison["popularity"] is not None:
        comparison["popularity"]["feature"] = popularity_feature
    return {
        "config": {"evaluation": settings.model_dump(mode="json")},
        "level": settings.level,
        "requests": columns.request_count,
        "users": columns.user_count,
        **comparison,
    }


def _counts(body: dict[str, Any]) -> dict[str, float]:
    """The headline figures, for step reports."""
    counts: dict[str, float] = {
        "requests": body["requests"],
        "candidates": body["candidates"],
        "clicks": body["clicks"],
        "blessed": int(body["verdict"]["blessed"]),
    }
    if body["lift"] is not None:
        figures = {f"lift_{name}": body["lift"][name]["value"] for name in ("auc", "auc_per_request")}
        counts.update({name: round(value, 3) for name, value in figures.items() if math.isfinite(value)})
    return counts
