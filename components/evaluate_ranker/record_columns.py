"""Ranking records as flat columns: one row a candidate, in the order of the files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy
import numpy.typing
import tensorflow

from components.evaluate_ranker.metrics import BoolArray, IntArray
from components.train_ranker.records import COUNTS, LABEL, parse_requests
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.ranking_features import RankingFeature, ranking_features

RECORDS_AT_ONCE = 1024

Column = numpy.typing.NDArray[Any]


@dataclasses.dataclass(frozen=True)
class RecordColumns:
    """Columns of some records.

    Attributes:
        requests: Index of each row's request [rows], ascending.
        users: Index of each row's user [rows].
        request_users: Index of each request's user [requests].
        clicked: Labels [rows].
        values: Columns by feature, request features repeated for every candidate: [rows], or [rows, size] for vectors.
    """

    requests: IntArray
    users: IntArray
    request_users: IntArray
    clicked: BoolArray
    values: dict[str, Column]

    @property
    def request_count(self) -> int:
        """How many requests there are."""
        return len(self.request_users)

    @property
    def user_count(self) -> int:
        """How many users there are."""
        return int(self.request_users.max()) + 1


def read_record_columns(examples: ExampleArtifact, split: str, names: Iterable[str]) -> RecordColumns:
    """Reads features of every record of a split into memory.

    Args:
        examples: The examples.
        split: `train`, `validation` or `test`.
        names: Features to read besides `user_id` and the label.

    Raises:
        ContractError: The split has no record or another number than its meta.json says, or a record breaks the
            feature list.
    """
    wanted = {"user_id", *names} - {LABEL}
    features = [feature for feature in ranking_features() if feature.name in wanted]
    parts: dict[str, list[Column]] = {feature.name: [] for feature in features}
    lengths: list[IntArray] = []
    clicked: list[BoolArray] = []
    paths = examples.records(split)
    dataset = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths))
    try:
        for serialized in dataset.batch(RECORDS_AT_ONCE):
            batch, labels = parse_requests(serialized, features, examples.details.embedding_size)
            lengths.append(batch[COUNTS].numpy())
            clicked.append(labels.numpy()[:, 0] == 1)
            for feature in features:
                parts[feature.name].append(batch[feature.name].numpy())
    except (tensorflow.errors.InvalidArgumentError, tensorflow.errors.DataLossError) as error:
        raise ContractError(f"{examples.folder / split}: {error.message}; write the examples anew") from error
    found, expected = sum(map(len, lengths)), examples.details.requests[split]
    if found != expected or not found:
        raise ContractError(
            f"{examples.folder / split}: holds {found} requests, meta.json says {expected}; a split needs at least "
            "one: write the examples anew, of days with requests"
        )
    counts = numpy.concatenate(lengths)
    requests = numpy.repeat(numpy.arange(len(counts)), counts)
    columns = {feature.name: _flat(numpy.concatenate(parts[feature.name]), feature) for feature in features}
    request_users = numpy.unique(columns["user_id"], return_inverse=True)[1].astype(numpy.int64)
    for feature in features:
        if feature.level == "request":
            columns[feature.name] = columns[feature.name][requests]
    return RecordColumns(requests, request_users[requests], request_users, numpy.concatenate(clicked), columns)


def _flat(values: Column, feature: RankingFeature) -> Column:
    """[rows, 1] as [rows]; bytes as text."""
    if feature.size == 1:
        values = values[:, 0]
    return numpy.char.decode(values.astype(numpy.bytes_), "utf-8") if feature.type == "bytes" else values
