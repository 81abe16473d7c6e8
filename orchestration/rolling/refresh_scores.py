"""The scores of one day and seed at one refresh: both rankers, and what they are held against."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy

from components.evaluate_ranker.comparison import WITH, WITHOUT
from components.evaluate_ranker.metrics import FloatArray
from orchestration.rolling.day_inputs import LOGS, REPLAY_GRAPH
from orchestration.rolling.kept_scores import write_kept_scores
from orchestration.rolling.kept_steps import KeptSteps
from orchestration.rolling.seed_task import SeedTask
from schemas.instants import parse_duration
from schemas.step_report import StepReport

EMBEDDINGS = "embeddings"


def score_refresh(task: SeedTask, refresh: str, working: Path, steps: KeptSteps) -> None:
    """Writes examples, trains, and scores the test rows; leaves only the scores, in the folder `<refresh>`.

    Args:
        task: The day and the seed.
        refresh: Distance between refreshes; the embeddings of the shortest one hold its instants.
        working: Holds the embeddings.
        steps: What is done already is not repeated.
    """
    examples = working / f"examples_{refresh}"
    steps.run(f"write_examples ({refresh})", lambda report: _write_examples(task, refresh, working, examples, report))
    for who, with_graph in ((WITHOUT, False), (WITH, True)):
        name = f"train_ranker ({who.replace('_', ' ')}, {refresh})"

        def train(report: StepReport, who: str = who, with_graph: bool = with_graph) -> None:
            numpy.save(_ranker_scores(examples, who), scores_of_ranker(task, examples, with_graph, report))

        steps.run(name, train)
    steps.run(f"comparators ({refresh})", lambda report: _compare(task, refresh, working, examples, report))
    shutil.rmtree(examples, ignore_errors=True)


def _write_examples(task: SeedTask, refresh: str, working: Path, examples: Path, report: StepReport) -> None:
    from components.write_examples.step import write_examples

    write_examples(
        logs=task.inputs / LOGS,
        embeddings=working / EMBEDDINGS,
        output=examples,
        timeline=dataclasses.replace(task.moments, refresh=parse_duration(refresh)),
        cold_content_views=task.cold_content_views,
        settings=task.examples,
        report=report,
    )


def scores_of_ranker(task: SeedTask, examples: Path, with_graph: bool, report: StepReport) -> FloatArray:
    """Trains a ranker and scores the test rows, with the logged position.

    It is not exported: train_ranker checks for each export that it scores as the network in memory does.

    Args:
        task: Settings and seed of the ranker.
        examples: From write_examples.
        with_graph: Whether the ranker reads the graph's features.
        report: Receives its epochs and its validation loss.

    Returns:
        Click probabilities [rows].
    """
    import keras

    from components.train_ranker.train import split_dataset, train_one
    from schemas.example_artifact import ExampleArtifact

    source = ExampleArtifact(examples)
    ranker, curve = train_one(source, with_graph, task.ranker, task.seed)
    report.counts |= {"epochs": len(curve.training_loss), "validation_loss": min(curve.validation_loss)}
    test = split_dataset(source, "test", with_graph, task.ranker)
    logits = numpy.concatenate([ranker(batch).numpy()[:, 0] for batch, _ in test]).astype(numpy.float64)
    keras.backend.clear_session()
    probabilities: FloatArray = 1 / (1 + numpy.exp(-logits))
    return probabilities


def _compare(task: SeedTask, refresh: str, working: Path, examples: Path, report: StepReport) -> None:
    """Adds the comparators' scores and writes all of them with the test rows."""
    from components.evaluate_ranker.score_table import ID_FEATURES
    from components.evaluate_ranker.slices import SLICE_FEATURES
    from orchestration.rolling.comparator_scores import comparator_scores, read_rows
    from schemas.example_artifact import ExampleArtifact
    from schemas.graph_artifact import GraphArtifact

    source, graph = ExampleArtifact(examples), GraphArtifact(task.inputs / REPLAY_GRAPH)
    splits = read_rows(source, graph, (*ID_FEATURES, *SLICE_FEATURES))
    window = task.moments.as_of - task.moments.window_start
    scores = {who: numpy.load(_ranker_scores(examples, who)) for who in (WITHOUT, WITH)}
    scores |= comparator_scores(splits, graph, window, task.seed, report)
    test = splits["test"].columns
    rows = {name: test.values[name] for name in (*ID_FEATURES, *SLICE_FEATURES)} | {"clicked": test.clicked}
    meta = {"vocabularies": {name: list(values) for name, values in source.details.vocabularies.items()}}
    write_kept_scores(working / refresh, rows, {refresh: scores}, meta)


def _ranker_scores(examples: Path, who: str) -> Path:
    return examples / f"scores_{who}.npy"
