"""Small artifacts of the neighbouring steps, made by hand: examples, rankers that read one feature, a network."""

# TensorFlow ships no type information, so that its classes and decorators look untyped to mypy.
# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import tensorflow

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleDetails
from schemas.instants import HOUR, format_instant, parse_instant
from schemas.ranker_artifact import RankerDetails, TrainingCurve

AS_OF = "2026-03-09T00:00:00Z"
SPACE = "tiny"
KINDS = ("article", "video")
DEVICES = ("desktop", "phone")


@dataclasses.dataclass(frozen=True)
class TinyWorld:
    """Requests with a known click probability per candidate.

    Attributes:
        requests: How many.
        slate: Candidates of each.
        users: How many.
        clicks: Whether anything is clicked.
    """

    requests: int = 300
    slate: int = 8
    users: int = 40
    clicks: bool = True


def write_tiny_examples(folder: Path, world: TinyWorld = TinyWorld(), seed: int = 0) -> Path:
    """Writes an examples artifact whose clicks follow content_click_rate_7d and, more so, order_cosine."""
    generator = numpy.random.default_rng(seed)
    counts = {}
    for split in ("train", "validation", "test"):
        (folder / split).mkdir(parents=True)
        path = folder / split / "part-00000.tfrecord"
        clicks = 0
        with tensorflow.io.TFRecordWriter(str(path)) as writer:
            for request in range(world.requests):
                features = _request(generator, world, request)
                clicks += sum(features["clicked"].int64_list.value)
                example = tensorflow.train.Example(features=tensorflow.train.Features(feature=features))
                writer.write(example.SerializeToString(deterministic=True))
        counts[split] = clicks
    details = ExampleDetails(
        space=SPACE,
        embedding_size=4,
        vocabularies={"kind": KINDS, "device": DEVICES},
        requests=dict.fromkeys(counts, world.requests),
        candidates=dict.fromkeys(counts, world.requests * world.slate),
        clicks=counts,
        smoothing=10.0,
        prior_click_rate=0.1,
        refresh=HOUR // 2,
        training_slate_size=float(world.slate),
    )
    meta = ArtifactMeta(
        kind="examples",
        as_of=AS_OF,
        largest_event_time=None,
        space=SPACE,
        details=details.model_dump(mode="json"),
    )
    write_meta(folder, meta)
    return folder


def _request(generator: numpy.random.Generator, world: TinyWorld, request: int) -> dict[str, tensorflow.train.Feature]:
    user = int(generator.integers(world.users))
    popularity = generator.uniform(0.02, 0.3, world.slate)
    taste = generator.normal(size=world.slate)
    probability = 1 / (1 + numpy.exp(-(2 * numpy.log(popularity) + 2 + 1.5 * taste)))
    clicked = (generator.random(world.slate) < probability) & world.clicks
    contents = generator.permutation(50)[: world.slate]
    return {
        "request_id": _text([f"r{request}"]),
        "user_id": _text([f"u{user}"]),
        "timestamp": _whole([parse_instant(AS_OF) + request * 60_000_000]),
        "content_id": _text([f"c{content}" for content in contents]),
        "clicked": _whole(clicked),
        "cold_user": _whole([int(user < 10)]),
        "cold_content": _whole(contents < 20),
        "new_content": _whole(contents < 5),
        "window_views": _whole(20 * numpy.maximum(contents - 4, 0)),
        "slot": _real(numpy.arange(world.slate)),
        "slate_size": _real([world.slate]),
        "device": _whole([1 + user % 2]),
        "kind": _whole(1 + contents % 2),
        "content_click_rate_1d": _real(popularity * generator.uniform(0.5, 2, world.slate)),
        "content_click_rate_7d": _real(popularity),
        "order_cosine": _real(taste),
        "user_embedding": _real([1.0, 0.0, 0.5, 0.0]),
        "content_embedding": _real(numpy.stack([taste, popularity, popularity, taste], axis=1).ravel()),
    }


def _text(values: list[str]) -> tensorflow.train.Feature:
    encoded = [value.encode() for value in values]
    return tensorflow.train.Feature(bytes_list=tensorflow.train.BytesList(value=encoded))


def _whole(values: object) -> tensorflow.train.Feature:
    return tensorflow.train.Feature(
        int64_list=tensorflow.train.Int64List(value=numpy.asarray(values, numpy.int64).tolist())
    )


def _real(values: object) -> tensorflow.train.Feature:
    return tensorflow.train.Feature(
        float_list=tensorflow.train.FloatList(value=numpy.asarray(values, numpy.float32).tolist())
    )


class TinyRanker(tensorflow.Module):
    """Answers sigmoid(2 log(rate) + 2 + taste_weight x order_cosine), x `scale`; the fixed position halves it."""

    def __init__(self, taste_weight: float, scale: float) -> None:
        super().__init__()
        self.taste_weight = tensorflow.Variable(taste_weight)
        self.scale = tensorflow.Variable(scale)

    @tensorflow.function(input_signature=[tensorflow.TensorSpec([None], tensorflow.string, "examples")])
    def score_examples(self, examples: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        names = ("content_click_rate_7d", "order_cosine")
        specification = {name: tensorflow.io.RaggedFeature(tensorflow.float32) for name in names}
        parsed = tensorflow.io.parse_example(examples, specification)
        rate, taste = (parsed[name].flat_values for name in names)
        probability = self.scale * tensorflow.sigmoid(2 * tensorflow.math.log(rate) + 2 + self.taste_weight * taste)
        return {"click_probability": probability, "click_probability_fixed": probability / 2}


def write_tiny_ranker(
    folder: Path,
    with_graph: bool,
    taste_weight: float,
    *,
    scale: float = 1.0,
    space: str = SPACE,
    seeds: tuple[int, ...] = (1,),
    as_of: str = AS_OF,
) -> Path:
    """Writes a ranker artifact with a TinyRanker for each seed; later seeds have a slightly smaller weight."""
    for number, seed in enumerate(seeds):
        model = TinyRanker(taste_weight - 0.05 * number, scale)
        signatures = {"score_examples": model.score_examples}
        tensorflow.saved_model.save(model, str(folder / f"seed={seed}" / "saved_model"), signatures)
    curves = tuple(TrainingCurve(seed=seed, training_loss=(0.4, 0.3), validation_loss=(0.45, 0.35)) for seed in seeds)
    details = RankerDetails(
        with_graph=with_graph, space=space, features=("order_cosine",), seeds=seeds, curves=curves, parameters=2
    )
    meta = ArtifactMeta(
        kind="ranker",
        as_of=as_of,
        largest_event_time=None,
        space=space,
        details=details.model_dump(mode="json"),
    )
    write_meta(folder, meta)
    return folder


TEST_GRAPH_PART: dict[str, Any] = {
    "candidates": 700,
    "clicks": 60,
    "auc": 0.5871,
    "auc_per_request": None,
    "intervals": {"auc": {"low": 0.55, "high": 0.62}, "auc_per_request": {"low": None, "high": None}},
}
NETWORK_DETAILS: dict[str, Any] = {
    "curves": {"training_loss": [0.7, 0.6, 0.5], "held_out_auc": [0.5, 0.6, 0.62]},
    "settings": {"encoder": "contrast", "loss": {"name": "bce", "in_batch_negatives": False}},
    "log_odds": {"scale": 1.3, "bias": -0.4, "unclicked_share": 0.5, "uncalibrated_because": None},
    "test_graph": {
        "as_of": "2026-03-10T00:00:00Z",
        "window_start": AS_OF,
        "links": 2345,
        "silent_pairs": 650,
        "level": 0.95,
        **TEST_GRAPH_PART,
        "slices": {"cold_users": {**TEST_GRAPH_PART, "auc": 0.5432}},
    },
}
"""What train_gnn writes, shortened."""


def write_tiny_network(folder: Path, space: str = SPACE, **details: Any) -> Path:
    """Writes the meta.json of a network; `details` replace those of NETWORK_DETAILS."""
    folder.mkdir(parents=True)
    meta = ArtifactMeta(
        kind="network",
        as_of=format_instant(parse_instant(AS_OF) - 72 * HOUR),
        largest_event_time=None,
        space=space,
        details={**NETWORK_DETAILS, **details},
    )
    write_meta(folder, meta)
    return folder
