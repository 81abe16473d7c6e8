"""Trains the ranker of one feature set and writes the ranker artifact."""

from __future__ import annotations

import hashlib
from pathlib import Path

import keras
import numpy
import tensorflow

from components.train_ranker.export import export_ranker
from components.train_ranker.replay import replay_in_fresh_process
from components.train_ranker.settings import RankerSettings
from components.train_ranker.train import train_one
from components.train_ranker.warm_start import open_earlier
from schemas.artifact_meta import FILE_NAME, ArtifactMeta, write_meta
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.folders import whole_folder
from schemas.instants import Instant, format_instant, parse_instant
from schemas.ranker_artifact import RankerArtifact, RankerDetails, TrainingCurve
from schemas.ranking_features import features_of, model_groups
from schemas.step_report import StepReport


def train_ranker(
    *,
    examples: Path,
    output: Path,
    with_graph: bool,
    settings: RankerSettings,
    report: StepReport,
    warm_start: Path | None = None,
) -> None:
    """Trains one deep & cross network a seed, exports each, and checks every export in a fresh process.

    Args:
        examples: The examples artifact.
        output: The ranker artifact to write.
        with_graph: Whether the ranker reads the graph's features; everything else is the same.
        settings: Shape and budget.
        report: Filled with parameters, epochs and losses.
        warm_start: An earlier ranker artifact whose weights to start from.

    Raises:
        ContractError: A split is empty, a record or a table breaks the contract, the earlier ranker does not fit, or an
            export does not score as its model did. Nothing is written.
    """
    source = ExampleArtifact(examples)
    _check_splits(source)
    as_of = source.meta.as_of_instant
    earlier = None if warm_start is None else open_earlier(warm_start, source, as_of, with_graph, settings)
    with whole_folder(output) as folder:
        curves: list[TrainingCurve] = []
        saved_models = []
        for seed in settings.seeds:
            ranker, curve = train_one(source, with_graph, settings, seed, earlier)
            saved_models.append(export_ranker(ranker, source, with_graph, settings, folder / f"seed={seed}"))
            curves.append(curve)
        replay_in_fresh_process(saved_models)
        report.counts.update(_counts(ranker, curves))
        details = RankerDetails(
            with_graph=with_graph,
            space=source.details.space,
            features=tuple(feature.name for feature in features_of(model_groups(with_graph))),
            seeds=settings.seeds,
            curves=tuple(curves),
            parameters=_parameters(ranker),
            settings=settings.model_dump(mode="json"),
            vocabularies=source.details.vocabularies,
            serving_as_of=source.details.serving_as_of,
        )
        inputs = {"examples": _fingerprint(examples)}
        if warm_start is not None:
            inputs["warm_start"] = _fingerprint(warm_start)
        meta = ArtifactMeta(
            kind="ranker",
            as_of=source.meta.as_of,
            largest_event_time=largest_event_time(source, earlier),
            inputs=inputs,
            space=source.details.space,
            counts=report.counts,
            details=details.model_dump(mode="json"),
        )
        write_meta(folder, meta)


def _check_splits(source: ExampleArtifact) -> None:
    """Refuses examples that nothing can be learned from."""
    path = source.folder / FILE_NAME
    for split in ("train", "validation"):
        requests, files = source.details.requests.get(split, 0), source.records(split)
        if not requests or not files:
            raise ContractError(
                f"{path}: the {split} split has {requests} requests in {len(files)} files; "
                "give write_examples more days or another validation share"
            )
    clicks, candidates = source.details.clicks["train"], source.details.candidates["train"]
    if not 0 < clicks < candidates:
        raise ContractError(
            f"{path}: {clicks} of {candidates} training candidates are clicked; a ranker needs clicked and other ones"
        )


def largest_event_time(source: ExampleArtifact, earlier: RankerArtifact | None) -> str:
    """The youngest row that a ranker knows: of its own training and of the one that lent it its first weights.

    Args:
        source: The examples that it trains on.
        earlier: What it starts from.
    """
    known = earlier.meta.largest_event_time if earlier is not None else None
    youngest = _youngest_row(source)
    return format_instant(youngest if known is None else max(youngest, parse_instant(known)))


def _youngest_row(source: ExampleArtifact) -> Instant:
    """The largest timestamp of the training and validation rows."""
    paths = [path for split in ("train", "validation") for path in source.records(split)]
    wanted = {"timestamp": tensorflow.io.FixedLenFeature([], tensorflow.int64)}
    batches = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths)).batch(1024)
    return max(int(numpy.max(tensorflow.io.parse_example(serialized, wanted)["timestamp"])) for serialized in batches)


def _counts(ranker: keras.Model, curves: list[TrainingCurve]) -> dict[str, float]:
    """What the report shows: losses are means over the seeds, of each seed's best epoch."""
    best = [int(numpy.argmin(curve.validation_loss)) for curve in curves]
    training = [curve.training_loss[epoch] for curve, epoch in zip(curves, best, strict=True)]
    validation = [curve.validation_loss[epoch] for curve, epoch in zip(curves, best, strict=True)]
    return {
        "parameters": _parameters(ranker),
        "seeds": len(curves),
        "epochs": sum(len(curve.training_loss) for curve in curves) / len(curves),
        "training_loss": float(numpy.mean(training)),
        "validation_loss": float(numpy.mean(validation)),
    }


def _parameters(ranker: keras.Model) -> int:
    return sum(int(numpy.prod(weight.shape)) for weight in ranker.trainable_weights)


def _fingerprint(artifact: Path) -> str:
    """Of an artifact's meta.json, which names its counts and its own inputs."""
    return hashlib.sha256((artifact / FILE_NAME).read_bytes()).hexdigest()[:16]
