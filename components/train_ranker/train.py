"""Training of one ranker for one seed."""

from __future__ import annotations

import math

import keras
import tensorflow

from components.train_ranker.class_prior import correct_class_prior
from components.train_ranker.input_features import Batch
from components.train_ranker.model import Ranker
from components.train_ranker.progress import ProgressBar
from components.train_ranker.records import input_features, request_dataset
from components.train_ranker.settings import RankerSettings
from components.train_ranker.warm_start import load_earlier_weights
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.ranker_artifact import RankerArtifact, TrainingCurve
from schemas.ranking_features import features_of, model_groups

LOSS = "log_loss"

UNREADABLE = (
    tensorflow.errors.InvalidArgumentError,
    tensorflow.errors.FailedPreconditionError,
    tensorflow.errors.DataLossError,
)
"""What reading raises for a record that breaks the feature list, another number of records, a damaged file."""


def split_dataset(
    examples: ExampleArtifact, split: str, with_graph: bool, settings: RankerSettings, shuffle_seed: int | None = None
) -> tensorflow.data.Dataset:
    """Batches of one split with the features that the ranker reads.

    Args:
        examples: The examples.
        split: `train`, `validation` or `test`.
        with_graph: Whether the graph's features are read.
        settings: Sizes of batches.
        shuffle_seed: None to keep the order of time.
    """
    return request_dataset(
        examples.records(split),
        input_features(with_graph),
        examples.details.embedding_size,
        examples.details.requests[split],
        settings.batch_requests,
        shuffle_requests=0 if shuffle_seed is None else settings.shuffle_requests,
        seed=shuffle_seed or 0,
    )


def new_ranker(
    examples: ExampleArtifact, with_graph: bool, settings: RankerSettings, seed: int, batch: Batch
) -> Ranker:
    """A ranker with the first weights of a seed, which also seeds everything random that follows.

    Args:
        examples: Whose vocabularies it reads.
        with_graph: Whether the graph's features are read.
        settings: Its shape.
        seed: Of the weights.
        batch: Any batch, for the sizes of the weights.
    """
    keras.utils.set_random_seed(seed)
    ranker = Ranker(features_of(model_groups(with_graph)), examples.details.vocabularies, settings)
    ranker(batch)
    return ranker


def train_one(
    examples: ExampleArtifact,
    with_graph: bool,
    settings: RankerSettings,
    seed: int,
    earlier: RankerArtifact | None = None,
) -> tuple[Ranker, TrainingCurve]:
    """Trains with a loss over real candidates, stops early and restores the best epoch.

    Classes are not reweighted: the scores must be calibrated.

    Args:
        examples: The examples; the `validation` split holds later rows than `train`.
        with_graph: Whether the graph's features are read.
        settings: Shape, budget and regularization.
        seed: Of the first weights, the dropout and the order of the rows; the same seed gives the same weights.
        earlier: A ranker whose weights to start from.

    Returns:
        The trained ranker and its losses by epoch.

    Raises:
        ContractError: A record breaks the feature list, or the loss is not a number.
    """
    in_order = split_dataset(examples, "train", with_graph, settings)
    validation = split_dataset(examples, "validation", with_graph, settings)
    try:
        ranker = new_ranker(examples, with_graph, settings, seed, next(iter(in_order))[0])
        # Only now: the order of the rows follows the seed that the first weights have set, too.
        training = split_dataset(examples, "train", with_graph, settings, shuffle_seed=seed)
        if earlier is None:
            ranker.adapt(in_order, examples.details.candidates["train"], examples.details.clicks["train"])
        else:
            load_earlier_weights(ranker, earlier, seed)
        title = f"ranker with{'' if with_graph else 'out'} graph, seed {seed}"
        rate = settings.learning_rate * (1 if earlier is None else settings.warm_start_learning_rate_share)
        history = _fit(ranker, training, validation, settings.model_copy(update={"learning_rate": rate}), title)
        if settings.loss == "slate_softmax":
            correct_class_prior(ranker, in_order)
    except UNREADABLE as error:
        raise ContractError(f"{examples.folder}: unreadable records, write them anew: {error.message}") from error
    losses = {name: tuple(float(value) for value in history[name]) for name in (LOSS, f"val_{LOSS}")}
    if not all(math.isfinite(value) for values in losses.values() for value in values):
        raise ContractError(f"{examples.folder}: the loss is not a number ({losses}); look for NaN in the examples")
    return ranker, TrainingCurve(seed=seed, training_loss=losses[LOSS], validation_loss=losses[f"val_{LOSS}"])


def _fit(
    ranker: Ranker,
    training: tensorflow.data.Dataset,
    validation: tensorflow.data.Dataset,
    settings: RankerSettings,
    title: str,
) -> dict[str, list[float]]:
    """Runs the epochs; returns the losses by name."""
    steps = settings.epochs * len(training)
    compile_ranker(ranker, settings, steps)
    history = ranker.fit(
        training,
        validation_data=validation,
        epochs=settings.epochs,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.EarlyStopping(
                # The level of the logits, which the slate softmax leaves open, must not decide when it stops.
                monitor="val_loss" if settings.loss == "slate_softmax" else f"val_{LOSS}",
                mode="min",
                patience=settings.patience,
                restore_best_weights=True,
            ),
            ProgressBar(steps, title),
        ],
    )
    losses: dict[str, list[float]] = history.history
    return losses


def compile_ranker(ranker: Ranker, settings: RankerSettings, steps: int) -> None:
    """Gives a ranker its loss and its optimizer.

    Args:
        ranker: With weights.
        settings: Learning rate and weight decay.
        steps: Training steps over which the learning rate falls to 0.
    """
    schedule = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    # Made here, its variables do not make TensorFlow trace the training step a second time.
    optimizer.build(ranker.trainable_variables)
    ranker.compile(
        optimizer=optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        # The loss that Keras reports weighs batches by their requests; this one weighs every candidate the same.
        metrics=[keras.metrics.BinaryCrossentropy(name=LOSS, from_logits=True)],
        jit_compile=False,
    )
