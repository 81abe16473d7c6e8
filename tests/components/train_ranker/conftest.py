"""What the tests of the ranker share: tiny examples, a network with arbitrary weights, one trained artifact."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest

from components.train_ranker.export import serving_ranker
from components.train_ranker.model import Ranker
from components.train_ranker.settings import RankerSettings
from components.train_ranker.signatures import ServingRanker
from components.train_ranker.step import train_ranker
from components.train_ranker.train import split_dataset
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact
from schemas.ranking_features import features_of, model_groups
from schemas.step_report import StepReport
from tests.components.train_ranker.example_artifacts import World, write_artifact

SMALL = RankerSettings(deep_sizes=(8,), rank=4, epochs=2, batch_requests=64, replayed_requests=4, learning_rate=0.01)


def new_report() -> StepReport:
    return StepReport("train_ranker", time.time())


class KeptBatches(list[Any]):
    """Batches in memory in place of a dataset: what is mapped over them is not traced, which takes a second each."""

    def map(self, function: Callable[..., Any]) -> list[Any]:
        """See tensorflow.data.Dataset."""
        return [function(*batch) for batch in self]


@functools.cache
def training_batches(folder: Path, with_graph: bool) -> KeptBatches:
    """The training split of the examples in a folder."""
    return KeptBatches(split_dataset(ExampleArtifact(folder), "train", with_graph, SMALL))


def arbitrary_ranker(examples: ExampleArtifact, with_graph: bool, settings: RankerSettings = SMALL) -> Ranker:
    """An untrained network whose every part has a say in the score, position included."""
    keras.utils.set_random_seed(3)
    ranker = Ranker(features_of(model_groups(with_graph)), examples.details.vocabularies, settings)
    training = training_batches(examples.folder, with_graph)
    ranker(training[0][0])
    ranker.adapt(training, examples.details.candidates["train"], examples.details.clicks["train"])
    randomize(ranker)
    return ranker


def randomize(ranker: Ranker) -> None:
    """Gives every trainable weight another value than it starts with."""
    generator = numpy.random.default_rng(3)
    for weight in ranker.trainable_weights:
        weight.assign(generator.normal(scale=0.2, size=weight.shape))


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    """Examples with a signal in a counter, in the graph and in the position."""
    world = World(counter_effect=1.0, graph_effect=1.0, slot_effect=0.2)
    return write_artifact(tmp_path_factory.mktemp("examples") / "examples", world)


@pytest.fixture(scope="session")
def network(examples: ExampleArtifact) -> Ranker:
    """A network with the graph that reads all it can of the embeddings."""
    settings = SMALL.model_copy(update={"embedding_interaction": "product_and_vectors"})
    return arbitrary_ranker(examples, True, settings)


@pytest.fixture(scope="session")
def network_without_graph(examples: ExampleArtifact) -> Ranker:
    """A network without the graph."""
    return arbitrary_ranker(examples, with_graph=False)


@pytest.fixture(scope="session")
def serving(network: Ranker, examples: ExampleArtifact) -> ServingRanker:
    """The network with the graph, joined with its tables."""
    return serving_ranker(network, examples, with_graph=True)


@pytest.fixture(scope="session")
def serving_without_graph(network_without_graph: Ranker, examples: ExampleArtifact) -> ServingRanker:
    """The network without the graph, joined with its tables."""
    return serving_ranker(network_without_graph, examples, with_graph=False)


@pytest.fixture(scope="session")
def trained(examples: ExampleArtifact, tmp_path_factory: pytest.TempPathFactory) -> RankerArtifact:
    """What the whole step writes, with the graph; its exports have replayed in a fresh process."""
    output: Path = tmp_path_factory.mktemp("ranker") / "ranker"
    train_ranker(examples=examples.folder, output=output, with_graph=True, settings=SMALL, report=new_report())
    return RankerArtifact(output)
