"""Small ranker artifacts: exported models that read one feature of the tiny examples, whole or broken on purpose."""

# TensorFlow ships no type information, so that its classes and decorators look untyped to mypy.
# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import tensorflow

from components.train_ranker.request_specification import request_specification
from components.train_ranker.warm_up import WARM_UP_FILE, WarmUpRequest, write_warm_up
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.ranker_artifact import RankerDetails, TrainingCurve
from tests.components.evaluate_ranker.tiny_examples import AS_OF, SPACE


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
        """Likes contents with a large number, tires of those that the user has seen, likes c7 for an order of a7."""
        numbers = tensorflow.strings.to_number(tensorflow.strings.substr(request["content_ids"], 1, -1))
        liked = tensorflow.strings.to_number(tensorflow.strings.substr(request["recent_order_article_ids"], 1, -1))
        bought = tensorflow.reduce_any(tensorflow.equal(numbers[:, None], liked[None, :]), axis=1)
        seen = tensorflow.reduce_any(
            tensorflow.equal(request["content_ids"][:, None], request["viewed_content_ids"][None, :]), axis=1
        )
        matrix = tensorflow.ones([400, 400])
        for _ in tensorflow.range(self.work):
            matrix = matrix @ matrix / 400
        taste = self.taste_weight * tensorflow.cast(bought, tensorflow.float32)
        score = tensorflow.sigmoid(numbers / 25 - 1 + taste) * tensorflow.where(seen, 0.1, 1.0)
        return {"click_probability": score * self.scale * matrix[0, 0], "space": tensorflow.constant(SPACE)}

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
