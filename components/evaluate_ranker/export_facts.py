"""Loads an export afresh, as a server would, and measures it: its answers, its size, its time for a request."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import tensorflow

from components.evaluate_ranker.export_checks import ExportFacts
from components.evaluate_ranker.predictions import FIXED, SIGNATURE
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_ranker.rank_latency import rank_milliseconds
from components.train_ranker.records import parse_requests
from components.train_ranker.replay import largest_difference
from components.train_ranker.sample_requests import requests_of_batch
from components.train_ranker.warm_up import WARM_UP_FILE, WarmUpRequest, read_warm_up
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.ranking_features import ranking_features

SERVED = ("rank", "score")
"""What a server is asked for."""


def export_facts(saved_model: Path, examples: ExampleArtifact, settings: EvaluationSettings) -> ExportFacts:
    """Measures an export.

    Its warm-up requests hold the answers of the trained network, to `rank` and to `score`; records of the test are
    asked through `score` and must give what the evaluation measured through SIGNATURE.

    Args:
        saved_model: The export.
        examples: Whose test records are replayed.
        settings: How many records and candidates.
    """
    size = sum(path.stat().st_size for path in saved_model.rglob("*") if path.is_file())
    signatures = tensorflow.saved_model.load(str(saved_model)).signatures
    candidates = settings.rank_candidates
    if not {*SERVED, SIGNATURE} <= set(signatures) or not (saved_model / WARM_UP_FILE).is_file():
        return ExportFacts(math.nan, 0, size, math.nan, candidates)
    warm_up = read_warm_up(saved_model)
    differences = [
        largest_difference(signatures, request)
        for requests in (warm_up, _record_requests(signatures, examples, settings.replayed_requests))
        for request in requests
    ]
    milliseconds = rank_milliseconds(signatures["rank"], warm_up, candidates, settings.rank_repeats)
    # The builtin max passes NaN over.
    return ExportFacts(float(numpy.max(differences)), len(differences), size, milliseconds, candidates)


def _record_requests(signatures: Any, examples: ExampleArtifact, count: int) -> Iterator[WarmUpRequest]:
    """The first test records as `score` requests, with the answers of SIGNATURE at the fixed position."""
    paths = examples.records("test")
    records = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths))
    serialized = next(iter(records.take(count).batch(count)))
    inputs = signatures["score"].structured_input_signature[1]
    features = [feature for feature in ranking_features() if feature.name in inputs]
    batch, _ = parse_requests(serialized, features, examples.details.embedding_size)
    return requests_of_batch(batch, signatures[SIGNATURE](examples=serialized)[FIXED].numpy(), features)
