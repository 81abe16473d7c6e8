"""Small artifacts of the neighbouring steps, made by hand: examples, rankers that read one feature, a network."""

# TensorFlow ships no type information, so that its classes and decorators look untyped to mypy.
# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import tensorflow

from components.train_ranker.rank_request import request_specification
from components.train_ranker.warm_up import WARM_UP_FILE, WarmUpRequest, write_warm_up
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleDetails
from schemas.instants import DAY, HOUR, format_instant, parse_instant
from schemas.ranker_artifact import RankerDetails, TrainingCurve

AS_OF = "2026-03-09T00:00:00Z"
SPACE = "tiny"
CONTENTS = 50
NEVER = numpy.iinfo(numpy.int64).max
MINUTE = HOUR // 60
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
        first_request: The number of the first request of each split; request n comes n minutes after AS_OF in the
            test, and a day earlier in the other splits.
    """

    requests: int = 300
    slate: int = 8
    users: int = 40
    clicks: bool = True
    first_request: int = 0


def write_tiny_examples(folder: Path, world: TinyWorld = TinyWorld(), seed: int = 0) -> Path:
    """Writes an examples artifact whose clicks follow content_click_rate_7d and, more so, order_cosine."""
    generator = numpy.random.default_rng(seed)
    counts = {}
    for split in ("train", "validation", "test"):
        (folder / split).mkdir(parents=True)
        path = folder / split / "part-00000.tfrecord"
        clicks = 0
        with tensorflow.io.TFRecordWriter(str(path)) as writer:
            start = parse_instant(AS_OF) - (0 if split == "test" else DAY)
            for request in range(world.first_request, world.first_request + world.requests):
                features = _request(generator, world, request, start + request * MINUTE)
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
    _write_serving_tables(folder / "serving", generator)
    return folder


def _write_serving_tables(folder: Path, generator: numpy.random.Generator) -> None:
    """50 contents, of which the last ten become visible an hour after AS_OF; the first ten have no articles."""
    folder.mkdir()
    ids = ["", *(f"c{content}" for content in range(CONTENTS))]
    later = parse_instant(AS_OF) + HOUR
    visible = [NEVER, *([0] * (CONTENTS - 10)), *([later] * 10)]
    views = numpy.array([0, *range(CONTENTS)], numpy.float32)
    rates = {f"content_click_rate_{days}d": generator.uniform(0.02, 0.3, len(ids)) for days in (1, 7)}
    columns: dict[str, Any] = {"content_id": ids, "visible_from": visible, "content_views_7d": views, **rates}
    columns["content_embedding"] = _vectors(generator.normal(size=(len(ids), 4)))
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "content.parquet")
    vectors = generator.normal(size=(len(ids), 3))
    vectors[:11] = 0
    table = pyarrow.table({"content_id": ids, "mean_article": _vectors(vectors)})
    pyarrow.parquet.write_table(table, folder / "content_articles.parquet")


def _vectors(values: Any) -> pyarrow.FixedSizeListArray:
    """[rows, size] as an Arrow column of fixed-size lists."""
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.astype(numpy.float32).ravel()), values.shape[1])


def _request(
    generator: numpy.random.Generator, world: TinyWorld, request: int, timestamp: int
) -> dict[str, tensorflow.train.Feature]:
    user = int(generator.integers(world.users))
    popularity = generator.uniform(0.02, 0.3, world.slate)
    taste = generator.normal(size=world.slate)
    probability = 1 / (1 + numpy.exp(-(2 * numpy.log(popularity) + 2 + 1.5 * taste)))
    clicked = (generator.random(world.slate) < probability) & world.clicks
    contents = generator.permutation(CONTENTS)[: world.slate]
    return {
        "request_id": _text([f"r{request}"]),
        "user_id": _text([f"u{user}"]),
        "timestamp": _whole([timestamp]),
        "refresh": _whole([timestamp - timestamp % (HOUR // 2)]),
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
    """Answers sigmoid(2 log(rate) + 2 + taste_weight x order_cosine), x `scale`; the fixed position halves it.

    Args:
        taste_weight: Of order_cosine.
        scale: Of the probability.
        fault: What `score` adds to it: a broken export.
        padding: Floats that only make the export larger.
        work: Multiplications of large matrices that only make `rank` slower.
    """

    def __init__(self, taste_weight: float, scale: float, fault: float = 0.0, padding: int = 0, work: int = 0) -> None:
        super().__init__()
        self.taste_weight = tensorflow.Variable(taste_weight)
        self.scale = tensorflow.Variable(scale)
        self.fault = tensorflow.Variable(fault)
        self.padding = tensorflow.Variable(numpy.random.default_rng(1).random(padding, numpy.float32))
        self.work = tensorflow.Variable(work)

    @tensorflow.function(input_signature=[tensorflow.TensorSpec([None], tensorflow.string, "examples")])
    def score_examples(self, examples: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        names = ("content_click_rate_7d", "order_cosine")
        specification = {name: tensorflow.io.RaggedFeature(tensorflow.float32) for name in names}
        parsed = tensorflow.io.parse_example(examples, specification)
        probability = self._probability(*(parsed[name].flat_values for name in names))
        return {"click_probability": probability, "click_probability_fixed": probability / 2}

    @tensorflow.function(
        input_signature=[
            tensorflow.TensorSpec([None], tensorflow.float32, "content_click_rate_7d"),
            tensorflow.TensorSpec([None], tensorflow.float32, "order_cosine"),
        ]
    )
    def score(self, content_click_rate_7d: tensorflow.Tensor, order_cosine: tensorflow.Tensor) -> dict[str, Any]:
        return {"click_probability": self._probability(content_click_rate_7d, order_cosine) / 2 + self.fault}

    def rank(self, **request: tensorflow.Tensor) -> dict[str, tensorflow.Tensor]:
        """Likes contents with a large number, and tires of those that the user has seen."""
        numbers = tensorflow.strings.to_number(tensorflow.strings.substr(request["content_ids"], 1, -1))
        seen = tensorflow.reduce_any(
            tensorflow.equal(request["content_ids"][:, None], request["viewed_content_ids"][None, :]), axis=1
        )
        matrix = tensorflow.ones([400, 400])
        for _ in tensorflow.range(self.work):
            matrix = matrix @ matrix / 400
        score = tensorflow.sigmoid(numbers / 25 - 1) * tensorflow.where(seen, 0.1, 1.0)
        return {"click_probability": score * self.scale * matrix[0, 0]}

    def _probability(self, rate: tensorflow.Tensor, taste: tensorflow.Tensor) -> tensorflow.Tensor:
        return self.scale * tensorflow.sigmoid(2 * tensorflow.math.log(rate) + 2 + self.taste_weight * taste)


def export_tiny_model(folder: Path, model: TinyRanker) -> Path:
    """Writes a SavedModel with its warm-up requests; what is due to `score` is what the model without a fault says."""
    rank = tensorflow.function(model.rank).get_concrete_function(**request_specification())
    signatures = {"score_examples": model.score_examples, "score": model.score, "rank": rank, "serving_default": rank}
    tensorflow.saved_model.save(model, str(folder), signatures)
    request = {
        "user_embedding": numpy.zeros(4, numpy.float32),
        "space": numpy.array(SPACE.encode(), object),
        "recent_order_article_ids": numpy.array([], object),
        "viewed_content_ids": numpy.array([b"c3"], object),
        "viewed_times": numpy.array([5]),
        "clicked_content_ids": numpy.array([], object),
        "clicked_times": numpy.array([], numpy.int64),
        "timestamp": numpy.array(9),
        "device": numpy.array(b"phone", object),
        "content_ids": numpy.array([b"c1", b"c2", b"c3"], object),
    }
    answer = rank(**{name: tensorflow.constant(value) for name, value in request.items()})["click_probability"]
    (folder / WARM_UP_FILE).parent.mkdir(exist_ok=True)
    write_warm_up(folder, [WarmUpRequest("rank", request, answer.numpy())])
    return folder


def write_tiny_ranker(
    folder: Path,
    with_graph: bool,
    taste_weight: float,
    *,
    scale: float = 1.0,
    space: str = SPACE,
    seeds: tuple[int, ...] = (1,),
    as_of: str = AS_OF,
    **broken: Any,
) -> Path:
    """Writes a ranker artifact with a TinyRanker for each seed; later seeds have a slightly smaller weight."""
    for number, seed in enumerate(seeds):
        model = TinyRanker(taste_weight - 0.05 * number, scale, **broken)
        export_tiny_model(folder / f"seed={seed}" / "saved_model", model)
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
