"""Training learns what is there, finds nothing where there is nothing, and repeats itself."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest
import sklearn.metrics
import tensorflow

from components.train_ranker.model import Ranker
from components.train_ranker.settings import Loss, RankerSettings
from components.train_ranker.train import new_ranker, split_dataset, train_one
from schemas.example_artifact import ExampleArtifact
from tests.components.train_ranker.example_artifacts import World, write_artifact

QUICK = RankerSettings(deep_sizes=(8,), rank=4, epochs=4, batch_requests=32, learning_rate=0.01)
PLANTED = World({"train": 450, "validation": 80, "test": 250}, graph_effect=2.5, slot_effect=0.2)
COIN_FLIPS = World({"train": 60, "validation": 60, "test": 400})


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    """Examples whose clicks follow the graph and the slot."""
    return write_artifact(tmp_path_factory.mktemp("planted") / "examples", PLANTED)


@pytest.fixture(scope="module")
def planted_ranker(planted: ExampleArtifact) -> Ranker:
    """A ranker with the graph, of seed 1."""
    return train_one(planted, True, QUICK, seed=1)[0]


def pooled_auc(ranker: Ranker, examples: ExampleArtifact, with_graph: bool) -> float:
    """The ROC-AUC over all candidates of the test split."""
    labels, logits = [], []
    for batch, clicked in split_dataset(examples, "test", with_graph, QUICK):
        labels.append(clicked.numpy()[:, 0])
        logits.append(ranker(batch).numpy()[:, 0])
    return float(sklearn.metrics.roc_auc_score(numpy.concatenate(labels), numpy.concatenate(logits)))


def test_a_planted_signal_is_found_by_the_ranker_that_reads_it(
    planted: ExampleArtifact, planted_ranker: Ranker
) -> None:
    assert pooled_auc(planted_ranker, planted, with_graph=True) > 0.8
    without_graph, _ = train_one(planted, False, QUICK, seed=1)
    assert pooled_auc(without_graph, planted, with_graph=False) < 0.68


@pytest.mark.parametrize("loss", ["slate_softmax", "both"])
def test_every_loss_finds_the_signal_and_predicts_as_many_clicks_as_there_are(
    planted: ExampleArtifact, loss: Loss
) -> None:
    """The slate softmax alone knows nothing of the level: it must be set afterwards."""
    settings = QUICK.model_copy(update={"loss": loss})
    ranker, curve = train_one(planted, True, settings, seed=1)
    assert pooled_auc(ranker, planted, with_graph=True) > 0.75
    assert len(curve.validation_loss) >= 1
    predicted = [
        tensorflow.sigmoid(ranker(batch)).numpy() for batch, _ in split_dataset(planted, "train", True, settings)
    ]
    observed = planted.details.clicks["train"] / planted.details.candidates["train"]
    assert numpy.concatenate(predicted).mean() == pytest.approx(observed, rel=0.02 if loss == "slate_softmax" else 0.25)


def test_coin_flips_stay_coin_flips_and_training_keeps_the_best_epoch(tmp_path: Path) -> None:
    examples = write_artifact(tmp_path / "examples", COIN_FLIPS)
    settings = QUICK.model_copy(update={"epochs": 30, "patience": 1, "learning_rate": 0.03})
    ranker, curve = train_one(examples, True, settings, seed=1)
    clicks = examples.details.clicks["test"]
    others = examples.details.candidates["test"] - clicks
    # Standard error of the AUC of a scorer without merit (Hanley and McNeil, 1982), four of them.
    margin = 4 * ((clicks + others + 1) / (12 * clicks * others)) ** 0.5
    assert margin < 0.06
    assert abs(pooled_auc(ranker, examples, with_graph=True) - 0.5) < margin
    assert len(curve.validation_loss) < 30
    losses = ranker.evaluate(split_dataset(examples, "validation", True, settings), verbose=0, return_dict=True)
    assert abs(losses["log_loss"] - min(curve.validation_loss)) < 1e-6
    assert min(curve.validation_loss) < curve.validation_loss[-1]


def test_the_same_seed_gives_the_same_weights(planted: ExampleArtifact, planted_ranker: Ranker) -> None:
    again, _ = train_one(planted, True, QUICK, seed=1)
    for one, two in zip(planted_ranker.weights, again.weights, strict=True):
        numpy.testing.assert_array_equal(one, two)


def test_another_seed_starts_from_other_weights(planted: ExampleArtifact) -> None:
    batch = next(iter(split_dataset(planted, "test", True, QUICK)))[0]
    first, again, other = (new_ranker(planted, True, QUICK, seed, batch) for seed in (1, 1, 2))
    kernels = [numpy.concatenate([w.numpy().ravel() for w in one.trainable_weights]) for one in (first, again, other)]
    numpy.testing.assert_array_equal(kernels[0], kernels[1])
    assert numpy.abs(kernels[0] - kernels[2]).max() > 0.1
