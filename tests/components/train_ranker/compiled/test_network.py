"""The network that is split by what its input depends on gives the trained network's logits, in every shape."""

from __future__ import annotations

import numpy
import pytest
import tensorflow

from components.train_ranker.compiled.input_split import live_columns, split_input
from components.train_ranker.compiled.network import CompiledNetwork
from components.train_ranker.compiled.rank import DERIVED_OF_CANDIDATES
from components.train_ranker.model import Ranker
from components.train_ranker.records import input_features, parse_requests
from components.train_ranker.settings import CrossKind, RankerSettings, Structure
from components.train_ranker.signatures import with_fixed_position
from schemas.ranking_features import features_of, model_groups
from tests.components.train_ranker.conftest import randomize
from tests.components.train_ranker.example_artifacts import AS_OF, VOCABULARIES, World, draw_request, serialize


@pytest.mark.parametrize("structure", ["parallel", "stacked"])
@pytest.mark.parametrize("cross", ["full", "low_rank", "mixture"])
def test_logits_are_those_of_the_whole_network(cross: CrossKind, structure: Structure) -> None:
    settings = RankerSettings(
        cross=cross, structure=structure, cross_layers=3, rank=3, experts=2, deep_sizes=(32, 16, 16), dropout=0
    )
    features = features_of(model_groups(with_graph=True))
    ranker = Ranker(features, VOCABULARIES, settings)
    record = serialize(draw_request(numpy.random.default_rng(0), World(), AS_OF - 1, slate=30))
    batch, _ = parse_requests([record], input_features(with_graph=True), World().embedding_size)
    batch = with_fixed_position(batch, slate_size=9.0)
    ranker(batch)
    randomize(ranker)
    raw = ranker.input_features(batch)
    numbers = ranker.numbers(raw.numbers)
    assert ranker.encoding is not None
    ranker.encoding.set_edges(numpy.quantile(numbers, numpy.linspace(0, 1, 9), axis=0).astype(numpy.float32))
    inputs = ranker.network_input(numbers, raw).numpy()
    encoded = ranker.encoding_reduction(ranker.encoding(numbers)).numpy().T
    shared = encoded[:, 0] + 1  # any summand
    named = {feature.name: feature for feature in features}
    split = split_input(ranker.input_features, named, DERIVED_OF_CANDIDATES, reduced=0, live=live_columns(ranker))
    assert (inputs[:, split.request] == inputs[:1, split.request]).all()
    fixed = ranker.position_tower(tensorflow.constant([[0.0, 0.0, numpy.log1p(9.0)]], tensorflow.float32))
    network = CompiledNetwork(ranker, split, float(fixed[0, 0]))
    own = inputs[:, numpy.concatenate([split.content, split.interaction])].T
    own = numpy.concatenate([numpy.ones_like(own[:1]), own])
    parts = tensorflow.constant(shared), tensorflow.constant(encoded - shared[:, None])
    found = network.logits(tensorflow.constant(inputs[0, split.request]), tensorflow.constant(own), parts)
    numpy.testing.assert_allclose(found, ranker(batch)[:, 0], rtol=1e-5, atol=1e-5)
    assert found.numpy().std() > 1e-3
