"""Writes a trained ranker as a SavedModel with its warm-up requests, and its weights for warm starts."""

from __future__ import annotations

import itertools
import json
import uuid
from pathlib import Path

import pyarrow.parquet
import tensorflow
from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef

from components.train_ranker.compiled.rank import DERIVED_OF_CANDIDATES, CompiledRank
from components.train_ranker.model import Ranker
from components.train_ranker.sample_requests import rank_requests, score_requests
from components.train_ranker.serving_facts import ServingFacts
from components.train_ranker.serving_tables import ArticleTable, ContentTable, content_directions
from components.train_ranker.settings import RankerSettings
from components.train_ranker.signatures import FIRST_SLOT, ServingRanker
from components.train_ranker.train import split_dataset
from components.train_ranker.warm_up import write_warm_up
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import SERVED_RANKER
from schemas.ranking_features import features_of, model_groups

SAVED_MODEL, WEIGHTS = "saved_model", "model.weights.h5"


def serving_ranker(ranker: Ranker, examples: ExampleArtifact, with_graph: bool) -> ServingRanker:
    """Joins a trained ranker with the serving tables of its examples.

    Raises:
        ContractError: A table lacks a column.
    """
    facts = ServingFacts.of_examples(examples)
    features = features_of(model_groups(with_graph))
    of_contents = [
        feature for feature in features if feature.level == "candidate" and feature.name not in DERIVED_OF_CANDIDATES
    ]
    contents = ContentTable(examples.serving_table("content"), of_contents)
    directions = content_directions(examples.serving_table("content_articles"), contents.ids)
    articles = ArticleTable(examples.serving_table("article"))
    compiled = CompiledRank(ranker, features, contents, directions, articles, facts, FIRST_SLOT)
    return ServingRanker(ranker, compiled, facts, with_graph)


def export_ranker(
    ranker: Ranker, examples: ExampleArtifact, with_graph: bool, settings: RankerSettings, folder: Path
) -> Path:
    """Writes one seed's folder.

    Args:
        ranker: The trained network.
        examples: Its examples.
        with_graph: Whether it reads the graph's features.
        settings: How many requests are replayed.
        folder: The seed's folder, which must not exist.

    Returns:
        The SavedModel's folder.
    """
    folder.mkdir()
    serving = serving_ranker(ranker, examples, with_graph)
    saved_model = folder / SAVED_MODEL
    tensorflow.saved_model.save(serving, str(saved_model), signatures=serving.signatures())
    repeat_fingerprint(saved_model)
    facts = ServingFacts.of_examples(examples)
    validation = split_dataset(examples, "validation", with_graph, settings)
    content_ids = _ids(examples.serving_table("content"), "content_id")[1:]
    article_ids = _ids(examples.serving_table("article"), "article_id")
    write_warm_up(
        saved_model,
        itertools.chain(
            rank_requests(serving, facts, content_ids, article_ids),
            score_requests(ranker, validation, facts, with_graph, settings.replayed_requests),
        ),
    )
    served = {"space": facts.space, "as_of": examples.meta.as_of}
    (saved_model / SERVED_RANKER).write_text(json.dumps(served) + "\n", encoding="utf-8")
    ranker.save_weights(folder / WEIGHTS)
    return saved_model


def repeat_fingerprint(saved_model: Path) -> None:
    """Makes TensorFlow's random identifier of a SavedModel follow from its hashes: the same model has the same bytes.

    Args:
        saved_model: Its folder; fingerprint.pb is written anew.
    """
    path = saved_model / "fingerprint.pb"
    fingerprint = FingerprintDef.FromString(path.read_bytes())
    fingerprint.ClearField("uuid")
    hashes = fingerprint.SerializeToString(deterministic=True).hex()
    fingerprint.uuid = str(uuid.uuid5(uuid.NAMESPACE_OID, hashes).int)
    path.write_bytes(fingerprint.SerializeToString(deterministic=True))


def _ids(path: Path, column: str) -> list[str]:
    ids: list[str] = pyarrow.parquet.read_table(path, columns=[column])[column].to_pylist()
    return ids
