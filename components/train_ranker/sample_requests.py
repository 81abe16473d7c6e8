"""Requests to warm an export up with and to check it by: real records for `score`, made-up ones for `rank`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy
import numpy.typing
import tensorflow

from components.train_ranker.input_features import USER_EMBEDDING, Batch
from components.train_ranker.model import Ranker
from components.train_ranker.records import COUNTS
from components.train_ranker.serving_facts import ServingFacts
from components.train_ranker.signatures import OUTPUT, ServingRanker, with_fixed_position
from components.train_ranker.warm_up import WarmUpRequest
from schemas.instants import HOUR
from schemas.ranking_features import RankingFeature, features_of, model_groups

SLATES = (20, 200, 2_000)
"""Candidates of the `rank` requests that are served; one more asks for every content of the table."""

UNKNOWN_CONTENT = "content that no table knows"


def score_requests(
    ranker: Ranker, batches: tensorflow.data.Dataset, facts: ServingFacts, with_graph: bool, count: int
) -> Iterator[WarmUpRequest]:
    """Takes requests from records; the training model itself scores them, at the position that serving fixes.

    Args:
        ranker: The trained network.
        batches: Batches and labels of a split.
        facts: Constants of the examples.
        with_graph: Whether the network reads the graph's features.
        count: Most requests to take.
    """
    features = features_of(model_groups(with_graph))
    scored = (_scored(ranker, batch, facts, features) for batch, _ in batches)
    return itertools.islice(itertools.chain.from_iterable(scored), count)


def rank_requests(
    serving: ServingRanker, facts: ServingFacts, content_ids: Sequence[str], article_ids: Sequence[str]
) -> Iterator[WarmUpRequest]:
    """Makes requests of a known user for slates of every size, and of a user of a foreign space without a history.

    Args:
        serving: Answers them.
        facts: Constants of the examples.
        content_ids: The contents of the table, without the cold-content row.
        article_ids: The articles of the table.
    """
    viewed, clicked = content_ids[:10], content_ids[:2]
    known = {
        USER_EMBEDDING: numpy.random.default_rng(0).normal(size=facts.embedding_size).astype(numpy.float32),
        "space": _text(facts.space),
        "recent_order_article_ids": _texts(article_ids[:5]),
        "viewed_content_ids": _texts(viewed),
        "viewed_times": facts.as_of - numpy.arange(1, len(viewed) + 1) * HOUR,
        "clicked_content_ids": _texts(clicked),
        "clicked_times": facts.as_of - numpy.arange(1, len(clicked) + 1) * HOUR,
        "timestamp": numpy.array(facts.as_of + HOUR),
        "device": _text(next(iter(facts.vocabularies["device"]), "")),
        "content_ids": _texts(content_ids),
    }
    history = [name for name in known if name.startswith(("recent", "viewed", "clicked"))]
    cold = {**known, "space": _text("a foreign space"), **{name: known[name][:0] for name in history}}
    # A shop with fewer contents asks for some of them twice, which costs as much.
    slates = [numpy.resize(_texts([UNKNOWN_CONTENT, *content_ids]), count) for count in SLATES]
    of_known = [{**known, "content_ids": slate} for slate in slates]
    for inputs in ({**cold, "content_ids": slates[0]}, *of_known, known):
        answer = serving.rank(**{name: tensorflow.constant(value) for name, value in inputs.items()})
        yield WarmUpRequest("rank", inputs, answer[OUTPUT].numpy())


def requests_of_batch(
    batch: Batch, probabilities: numpy.typing.NDArray[numpy.float32], features: Sequence[RankingFeature]
) -> Iterator[WarmUpRequest]:
    """One `score` request for each request of a batch.

    Args:
        batch: As parse_requests gives it, with these features.
        probabilities: What is due to the candidates [M], one request after the other.
        features: The inputs of `score`.
    """
    columns = {feature.name: batch[feature.name].numpy() for feature in features}
    ends = numpy.cumsum(batch[COUNTS].numpy())
    for row, (start, end) in enumerate(itertools.pairwise([0, *ends])):
        inputs = {}
        for feature in features:
            values = columns[feature.name]
            values = values[row] if feature.level == "request" else values[start:end]  # [size] or [N, size]
            inputs[feature.name] = values[..., 0] if feature.size == 1 else values
        yield WarmUpRequest("score", inputs, probabilities[start:end])


def _scored(
    ranker: Ranker, batch: Batch, facts: ServingFacts, features: Sequence[RankingFeature]
) -> Iterator[WarmUpRequest]:
    """One request for each row of a batch, scored by the training model."""
    logits = ranker(with_fixed_position(batch, facts.slate_size))
    return requests_of_batch(batch, tensorflow.sigmoid(logits[:, 0]).numpy(), features)


def _text(value: str) -> numpy.typing.NDArray[numpy.object_]:
    return numpy.array(value.encode(), object)


def _texts(values: Sequence[str]) -> numpy.typing.NDArray[numpy.object_]:
    return numpy.array([value.encode() for value in values], object)
