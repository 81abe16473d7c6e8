"""Ranking records to batches of requests; the parsing specification comes from the feature list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import tensorflow

from schemas.example_artifact import compression_type
from schemas.ranking_features import RankingFeature, features_of, model_groups

COUNTS = "candidate_counts"
"""Key of the number of candidates of each request, int64 [B], in a batch."""

LABEL = "clicked"

FILES_SIDE_BY_SIDE, RECORDS_IN_TURN = 4, 16
"""Files that are read at once where the order does not matter, and how many records each gives before the next one."""

READ_BYTES = 1 << 20
"""What is read of a file at once."""

TENSOR_TYPES = {"float32": tensorflow.float32, "int64": tensorflow.int64, "bytes": tensorflow.string}


def input_features(with_graph: bool) -> tuple[RankingFeature, ...]:
    """The features that a ranker reads of a record to train: its groups' and the position's."""
    return features_of(model_groups(with_graph) | {"position"})


def feature_size(feature: RankingFeature, embedding_size: int) -> int:
    """Values of the feature in one row."""
    return embedding_size if feature.size == "embedding" else feature.size


def parse_requests(
    serialized: tensorflow.Tensor, features: Sequence[RankingFeature], embedding_size: int
) -> tuple[dict[str, tensorflow.Tensor], tensorflow.Tensor]:
    """Parses records. Candidates stay in one flat list, so that no slate is padded.

    Args:
        serialized: tf.train.Example bytes, string [B].
        features: The features to read.
        embedding_size: Values of one embedding.

    Returns:
        The batch by name: request features [B, size], candidate features [M, size] with the candidates of all requests
        one after the other, and COUNTS [B]; and the labels of the candidates, float32 [M, 1].

    Raises:
        tensorflow.errors.InvalidArgumentError: A list of a record is not `size` values for its request or each of its
            candidates; the message names the feature.
    """
    types = {feature.name: TENSOR_TYPES[feature.type] for feature in features} | {LABEL: tensorflow.int64}
    specification = {
        name: tensorflow.io.RaggedFeature(kind, row_splits_dtype=tensorflow.int64) for name, kind in types.items()
    }
    parsed = tensorflow.io.parse_example(serialized, specification)
    counts = parsed[LABEL].row_lengths()  # [B]
    sizes = [feature_size(feature, embedding_size) for feature in features]
    expected = [
        (counts if feature.level == "candidate" else tensorflow.ones_like(counts)) * size
        for feature, size in zip(features, sizes, strict=True)
    ]
    found = [parsed[feature.name].row_lengths() for feature in features]
    wrong = tensorflow.reduce_any(tensorflow.not_equal(tensorflow.stack(found), tensorflow.stack(expected)), axis=1)
    names = tensorflow.boolean_mask(tensorflow.constant([feature.name for feature in features]), wrong)
    message = "a record's number of values does not fit its candidates in the features"
    batch = {COUNTS: counts}
    with tensorflow.control_dependencies([tensorflow.debugging.Assert(tensorflow.size(names) == 0, [message, names])]):
        for feature, size in zip(features, sizes, strict=True):
            batch[feature.name] = tensorflow.reshape(parsed[feature.name].flat_values, [-1, size])
    return batch, tensorflow.cast(parsed[LABEL].flat_values, tensorflow.float32)[:, tensorflow.newaxis]


def request_dataset(
    paths: Sequence[Path],
    features: Sequence[RankingFeature],
    embedding_size: int,
    requests: int,
    batch_requests: int,
    shuffle_requests: int = 0,
    seed: int = 0,
) -> tensorflow.data.Dataset:
    """Batches of a split, as parse_requests gives them.

    Args:
        paths: TFRecord files, read in this order.
        features: The features to read.
        embedding_size: Values of one embedding.
        requests: Requests that the files hold.
        batch_requests: Requests of one batch.
        shuffle_requests: Requests held in memory to draw from, anew each epoch; 0 keeps the order of the files.
        seed: Of the shuffling.

    Raises:
        tensorflow.errors.FailedPreconditionError: While reading, where the files hold another number of requests.
    """
    dataset = _records(paths, side_by_side=FILES_SIDE_BY_SIDE if shuffle_requests else 1)
    dataset = dataset.apply(tensorflow.data.experimental.assert_cardinality(requests))
    if shuffle_requests:
        dataset = dataset.shuffle(shuffle_requests, seed=seed, reshuffle_each_iteration=True)
    return (
        dataset.batch(batch_requests)
        .map(
            lambda serialized: parse_requests(serialized, features, embedding_size),
            num_parallel_calls=tensorflow.data.AUTOTUNE,
            deterministic=True,
        )
        .prefetch(tensorflow.data.AUTOTUNE)
    )


def _records(paths: Sequence[Path], side_by_side: int) -> tensorflow.data.Dataset:
    """Serialized records of files of which several are read at once, always in the same order."""
    compression = compression_type(paths)
    return tensorflow.data.Dataset.from_tensor_slices([str(path) for path in paths]).interleave(
        lambda path: tensorflow.data.TFRecordDataset(path, compression, buffer_size=READ_BYTES),
        cycle_length=side_by_side,
        block_length=RECORDS_IN_TURN,
        num_parallel_calls=tensorflow.data.AUTOTUNE,
        deterministic=True,
    )
