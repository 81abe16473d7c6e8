"""The network: what it reads, and that a score depends on its own request alone."""

from __future__ import annotations

import keras
import numpy
import pytest
import tensorflow

from components.train_ranker.model import Ranker
from components.train_ranker.records import COUNTS, input_features, parse_requests
from components.train_ranker.settings import CrossKind, RankerSettings, Structure
from schemas.ranking_features import features_of, model_groups
from tests.components.train_ranker.conftest import randomize
from tests.components.train_ranker.example_artifacts import AS_OF, VOCABULARIES, World, draw_request, serialize


def records(counts: tuple[int, ...], seed: int = 0) -> list[bytes]:
    generator = numpy.random.default_rng(seed)
    return [serialize(draw_request(generator, World(), AS_OF - 1, slate=count)) for count in counts]


def scores(ranker: Ranker, serialized: list[bytes]) -> numpy.typing.NDArray[numpy.float32]:
    batch, _ = parse_requests(serialized, input_features(with_graph=True), World().embedding_size)
    return numpy.asarray(tensorflow.sigmoid(ranker(batch)))[:, 0]


def test_a_request_scores_the_same_alone_and_in_any_batch(network: Ranker) -> None:
    serialized = records((5, 40, 1, 17, 2, 9))
    together = scores(network, serialized)
    alone = numpy.concatenate([scores(network, [record]) for record in serialized])
    backwards = numpy.concatenate([scores(network, serialized[::-1])[-5:], scores(network, serialized[:2])[5:]])
    numpy.testing.assert_allclose(together, alone, atol=1e-6)
    numpy.testing.assert_allclose(together[:45], backwards, atol=1e-6)
    assert together.std() > 0.01


def test_a_slate_repeated_until_it_has_2000_candidates_scores_the_same(network: Ranker) -> None:
    values = draw_request(numpy.random.default_rng(1), World(), AS_OF - 1, slate=10)
    once = scores(network, [serialize(values)])
    of_candidates = {feature.name for feature in input_features(True) if feature.level == "candidate"} | {"clicked"}
    many = {name: numpy.tile(value, (200, 1)) if name in of_candidates else value for name, value in values.items()}
    numpy.testing.assert_allclose(scores(network, [serialize(many)]), numpy.tile(once, 200), atol=1e-5)


def test_without_the_graph_nothing_of_the_graph_is_read(network: Ranker, network_without_graph: Ranker) -> None:
    """A batch without the graph's features is enough, and the network is otherwise the same."""
    names = {feature.name for feature in input_features(with_graph=False)}
    graph = {feature.name for feature in features_of(frozenset({"graph"}))}
    assert graph
    assert not names & graph
    assert names == {feature.name for feature in input_features(with_graph=True)} - graph
    batch, _ = parse_requests(records((3,)), input_features(with_graph=False), World().embedding_size)
    assert network_without_graph(batch).shape == (3, 1)
    # user_has_edges, content_has_edges, and the dot product with its slate rank and difference.
    assert network.numbers.mean.shape[0] - network_without_graph.numbers.mean.shape[0] == 5


def test_every_declared_feature_reaches_the_score(network: Ranker) -> None:
    batch, _ = parse_requests(records((6, 6)), input_features(True), World().embedding_size)
    before = network(batch)
    for feature in input_features(with_graph=True):
        values = batch[feature.name].numpy()
        smaller = values * 0.5 + 0.01 * numpy.arange(len(values), dtype=numpy.float32)[:, None]
        changed = (values + 1) % 2 if feature.type == "int64" else smaller
        difference = network({**batch, feature.name: tensorflow.constant(changed)}) - before
        assert float(tensorflow.reduce_max(tensorflow.abs(difference))) > 1e-6, feature.name


@pytest.mark.parametrize("cross", ["full", "low_rank", "mixture"])
@pytest.mark.parametrize("structure", ["parallel", "stacked"])
def test_every_shape_trains_every_weight(cross: CrossKind, structure: Structure) -> None:
    settings = RankerSettings(
        cross=cross, structure=structure, rank=3, experts=2, deep_sizes=(4,), embedding_interaction="product", dropout=0
    )
    ranker = Ranker(features_of(model_groups(True)), VOCABULARIES, settings)
    batch, labels = parse_requests(records((6, 9, 4)), input_features(True), World().embedding_size)
    ranker(batch)
    randomize(ranker)
    with tensorflow.GradientTape() as tape:
        loss = keras.losses.BinaryCrossentropy(from_logits=True)(labels, ranker(batch))
    weights = ranker.trainable_variables
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    still = [weight.path for weight, gradient in zip(weights, gradients, strict=True) if not numpy.any(gradient)]
    assert not still


def test_counts_tell_the_slates_apart(network: Ranker) -> None:
    """The same candidates as one slate or as two score differently: slate features are of one slate."""
    values = draw_request(numpy.random.default_rng(2), World(), AS_OF - 1, slate=8)
    batch, _ = parse_requests([serialize(values)], input_features(True), World().embedding_size)
    of_requests = {feature.name for feature in input_features(True) if feature.level == "request"}
    split = {name: numpy.repeat(value, 2, axis=0) if name in of_requests else value for name, value in batch.items()}
    split[COUNTS] = tensorflow.constant([3, 5], tensorflow.int64)
    assert float(tensorflow.reduce_max(tensorflow.abs(network(split) - network(batch)))) > 1e-3
