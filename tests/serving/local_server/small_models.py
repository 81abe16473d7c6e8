"""Rankers of a few operations with the real signature, in pushed folders."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy
import tensorflow
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from components.train_ranker.request_specification import request_specification
from components.train_ranker.warm_up import WarmUpRequest, write_warm_up

MODEL = "ranker"
KNOWN = ("c1", "c2", "c3")
CONTAINER_PATH = "/models/ranker"


class SmallRanker(tensorflow.Module):  # type: ignore[misc]  # of an untyped package
    """Scores by a table, what the user has seen, and a bias that tells one version from another.

    Args:
        bias: Added to every logit.
    """

    def __init__(self, bias: float) -> None:
        super().__init__()
        self.bias = tensorflow.Variable(bias)
        rows = tensorflow.lookup.KeyValueTensorInitializer(list(KNOWN), tensorflow.range(1.0, len(KNOWN) + 1.0))
        self.table = tensorflow.lookup.StaticHashTable(rows, 0.0)

    def rank(self, **request: Any) -> dict[str, Any]:
        """See SmallRanker."""
        views = tensorflow.boolean_mask(request["viewed_content_ids"], request["viewed_times"] < request["timestamp"])
        pairs = tensorflow.equal(request["content_ids"][:, tensorflow.newaxis], views)  # [N, V]
        seen = tensorflow.reduce_sum(tensorflow.cast(pairs, tensorflow.float32), axis=1)
        taste = tensorflow.reduce_sum(request["user_embedding"])
        logits = self.table.lookup(request["content_ids"]) + seen + taste + self.bias
        return {"click_probability": tensorflow.sigmoid(logits), "space": tensorflow.constant("tiny")}


def request_values(content_ids: Sequence[str] = KNOWN) -> dict[str, numpy.typing.NDArray[Any]]:
    """Inputs of a valid `rank` request."""
    times, empty = numpy.array([1_000, 2_000]), numpy.empty(0, object)
    return {
        "user_embedding": numpy.array([0.25, 0.5], numpy.float32),
        "space": numpy.array(b"tiny", object),
        "recent_order_article_ids": empty,
        "viewed_content_ids": numpy.array([b"c1", b"c9"], object),
        "viewed_times": times,
        "clicked_content_ids": empty,
        "clicked_times": numpy.empty(0, numpy.int64),
        "timestamp": numpy.array(5_000),
        "device": numpy.array(b"phone", object),
        "content_ids": numpy.array([content.encode() for content in content_ids], object),
    }


def probability(bias: float, content: float, seen: float) -> float:
    """What the small ranker answers to request_values, computed apart."""
    return float(1 / (1 + numpy.exp(-(content + seen + 0.75 + bias))))


def save_model(folder: Path, bias: float) -> Path:
    """Exports a small ranker with a warm-up request."""
    ranker = SmallRanker(bias)
    rank = tensorflow.function(ranker.rank).get_concrete_function(**request_specification())
    tensorflow.saved_model.save(ranker, str(folder), signatures={"rank": rank, "serving_default": rank})
    expected = numpy.array([probability(bias, 1, 1), probability(bias, 2, 0), probability(bias, 3, 0)], numpy.float32)
    write_warm_up(folder, [WarmUpRequest("rank", request_values(), expected)])
    return folder


def place(base: Path, version: int, saved_model: Path) -> None:
    """Puts a version into a pushed folder, whole."""
    base.mkdir(exist_ok=True)
    shutil.copytree(saved_model, base / f".{version}")
    (base / f".{version}").rename(base / str(version))


def point(base: Path, versions: Sequence[int], labels: Mapping[str, int]) -> None:
    """Replaces models.config; it names a path inside a container, as a push for one does."""
    configuration = model_server_config_pb2.ModelServerConfig()
    model = configuration.model_config_list.config.add(
        name=MODEL, base_path=CONTAINER_PATH, model_platform="tensorflow", version_labels=labels
    )
    model.model_version_policy.specific.versions.extend(versions)
    temporary = base / ".models.config"
    temporary.write_text(text_format.MessageToString(configuration), encoding="utf-8")
    temporary.replace(base / "models.config")
