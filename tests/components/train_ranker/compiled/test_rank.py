"""The graph behind `rank` scores as the trained network does, whatever the network's shape and the request."""

from __future__ import annotations

from typing import Any, get_args

import numpy
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from components.train_ranker.export import serving_ranker
from components.train_ranker.settings import CrossKind, EmbeddingInteraction, Structure
from components.train_ranker.signatures import ServingRanker
from schemas.example_artifact import ExampleArtifact
from schemas.instants import DAY, HOUR
from schemas.ranking_features import features_of, model_groups
from tests.components.train_ranker.conftest import SMALL, arbitrary_ranker
from tests.components.train_ranker.example_artifacts import AS_OF, World
from tests.components.train_ranker.rank_requests import Request, answer, explicit_features

SHAPES: list[dict[str, Any]] = [
    {"cross": "low_rank", "structure": "parallel", "cross_layers": 3, "deep_sizes": (8, 4)},
    {"cross": "low_rank", "structure": "stacked", "cross_layers": 2, "embedding_interaction": "product"},
    {"cross": "full", "structure": "parallel", "cross_layers": 2, "with_graph": False, "encoding_bins": 0},
    {"cross": "mixture", "structure": "stacked", "cross_layers": 2, "embedding_interaction": "product_and_vectors"},
]


ANY_SHAPE = st.fixed_dictionaries(
    {
        "cross": st.sampled_from(get_args(CrossKind)),
        "structure": st.sampled_from(get_args(Structure)),
        "cross_layers": st.integers(1, 3),
        "rank": st.integers(1, 5),
        "experts": st.integers(1, 3),
        "deep_sizes": st.sampled_from([(6,), (8, 4), (5, 4, 3)]),
        "encoding_bins": st.sampled_from([0, 8]),
        "embedding_interaction": st.sampled_from(get_args(EmbeddingInteraction)),
    }
)
UNENCODED = {"cross": "full", "structure": "stacked", "encoding_bins": 0, "embedding_interaction": "product"}
ONE_LAYER = {"cross": "mixture", "structure": "parallel", "cross_layers": 1}


@pytest.fixture(params=SHAPES, ids=lambda shape: "-".join(map(str, shape.values())))
def shaped(request: pytest.FixtureRequest, examples: ExampleArtifact) -> tuple[ServingRanker, bool]:
    """A network of arbitrary weights, and whether it reads the graph's features."""
    shape = dict(request.param)
    with_graph = shape.pop("with_graph", True)
    ranker = arbitrary_ranker(examples, with_graph, SMALL.model_copy(update=shape))
    return serving_ranker(ranker, examples, with_graph), with_graph


def drawn_request(generator: numpy.random.Generator, examples: ExampleArtifact, candidates: int) -> Request:
    """Anything a caller may send: repeated and unknown ids, events at any time, candidates that nobody has seen yet."""
    contents = [f"content-{number}" for number in range(World().contents)] + ["unknown-1", "unknown-2", ""]
    timestamp = int(AS_OF + generator.integers(-3 * DAY, 2 * DAY))

    def events(most: int) -> tuple[list[str], list[int]]:
        count = int(generator.integers(0, most))
        return generator.choice(contents, count).tolist(), (
            timestamp - generator.integers(-DAY, 10 * DAY, count)
        ).tolist()

    viewed, viewed_times = events(60)
    clicked, clicked_times = events(10)
    return {
        "user_embedding": generator.normal(size=examples.details.embedding_size).astype(numpy.float32),
        "space": examples.details.space,
        "recent_order_article_ids": [
            f"article-{number}" for number in generator.integers(0, 60, generator.integers(40))
        ],
        "viewed_content_ids": viewed,
        "viewed_times": viewed_times,
        "clicked_content_ids": clicked,
        "clicked_times": clicked_times,
        "timestamp": timestamp - timestamp % HOUR + int(generator.integers(0, HOUR)),
        "device": str(generator.choice(["phone", "desktop", "toaster"])),
        "content_ids": generator.choice(contents, candidates).tolist(),
    }


def require_the_networks_scores(
    serving: ServingRanker, with_graph: bool, examples: ExampleArtifact, candidates: int, seed: int
) -> None:
    """Asks `rank` and the network itself, with explicit features, for the same drawn request."""
    names = {feature.name for feature in features_of(model_groups(with_graph))}
    request = drawn_request(numpy.random.default_rng(seed), examples, candidates)
    features = explicit_features(examples, request)
    expected = answer(serving.score, {name: value for name, value in features.items() if name in names})
    found = answer(serving.rank, request)
    assert found.shape == (candidates,)
    numpy.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)
    assert candidates == 1 or found.std() > 1e-3


def test_rank_scores_as_the_network_in_shapes(shaped: tuple[ServingRanker, bool], examples: ExampleArtifact) -> None:
    serving, with_graph = shaped
    for seed, candidates in enumerate((1, 7, 60, 150)):
        require_the_networks_scores(serving, with_graph, examples, candidates, seed)


@example(shape=UNENCODED, with_graph=True, seed=1)
@example(shape=ONE_LAYER, with_graph=False, seed=2)
@settings(max_examples=5, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(shape=ANY_SHAPE, with_graph=st.booleans(), seed=st.integers(0, 1000))
def test_rank_scores_as_the_network_of_any_shape(
    examples: ExampleArtifact, shape: dict[str, Any], with_graph: bool, seed: int
) -> None:
    ranker = arbitrary_ranker(examples, with_graph, SMALL.model_copy(update=shape))
    serving = serving_ranker(ranker, examples, with_graph)
    require_the_networks_scores(serving, with_graph, examples, candidates=40, seed=seed)


def test_2000_candidates_score_as_by_the_network(serving: ServingRanker, examples: ExampleArtifact) -> None:
    require_the_networks_scores(serving, True, examples, candidates=2000, seed=5)


def test_repeated_candidates_score_the_same(serving: ServingRanker, examples: ExampleArtifact) -> None:
    request = drawn_request(numpy.random.default_rng(3), examples, 400)
    found = answer(serving.rank, request)
    ids = numpy.array(request["content_ids"])
    for content in set(request["content_ids"]):
        assert len(set(found[ids == content].tolist())) == 1, content
