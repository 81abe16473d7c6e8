"""Test requests asked once more through `rank`, as the page service would: a user and everything that is visible."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy
import numpy.typing
import tensorflow

from components.evaluate_ranker.metrics import BoolArray, IntArray
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from components.evaluate_ranker.record_selection import concatenate_columns, request_values, select_requests
from components.train_ranker.input_features import USER_EMBEDDING
from components.train_ranker.records import parse_requests
from components.train_ranker.user_history import HISTORY
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.instants import Instant
from schemas.ranking_features import ranking_features

RECORDS_AT_ONCE = 1024
PAGE_FEATURES = ("user_id", "content_id", "timestamp")
"""What the records of a user's history are read with."""


@dataclasses.dataclass(frozen=True)
class PageRequest:
    """One request without its candidates.

    Attributes:
        user: Index of its user among the test's users.
        timestamp: When.
        inputs: Inputs of `rank` but for `content_ids`.
    """

    user: int
    timestamp: Instant
    inputs: dict[str, tensorflow.Tensor]


def read_earlier_records(examples: ExampleArtifact) -> list[RecordColumns]:
    """Reads what came before the test, with PAGE_FEATURES; a split without requests is left out.

    Raises:
        ContractError: See read_record_columns.
    """
    splits = [split for split in ("train", "validation") if examples.details.requests.get(split)]
    return [read_record_columns(examples, split, PAGE_FEATURES) for split in splits]


def sampled_requests(test: RecordColumns, count: int, seed: int) -> IntArray:
    """Draws requests of the test, ascending.

    Args:
        test: The test records.
        count: How many at most.
        seed: Same seed, same requests.
    """
    generator = numpy.random.default_rng(seed)
    chosen = generator.choice(test.request_count, min(count, test.request_count), replace=False)
    return numpy.sort(chosen)


def page_requests(
    examples: ExampleArtifact, test: RecordColumns, earlier: Sequence[RecordColumns], chosen: IntArray
) -> list[PageRequest]:
    """The inputs of `rank` for some test requests.

    The user's own views and clicks are those of the records before the request. Records hold no ids of orders: the
    users' recent orders stay unknown to every ranker here.

    Args:
        examples: The examples.
        test: Their test records with PAGE_FEATURES, in the order of the files.
        earlier: See read_earlier_records.
        chosen: Which requests of the test.
    """
    users = test.request_users[chosen]
    ids = request_values(test, "user_id")[chosen]
    histories = concatenate_columns([_requests_of(part, ids) for part in (*earlier, test)])
    of_user = histories.values["user_id"]
    order = numpy.argsort(of_user, kind="stable")
    starts, ends = (numpy.searchsorted(of_user[order], ids, side=side) for side in ("left", "right"))
    vectors, devices = _vectors_and_devices(examples, chosen)
    times = request_values(test, "timestamp")[chosen]
    requests = []
    for number, time in enumerate(times):
        rows = order[starts[number] : ends[number]]
        seen = histories.values["timestamp"][rows]
        viewed = rows[(seen < time) & (seen >= time - HISTORY)]
        clicked = viewed[histories.clicked[viewed]]
        inputs = {
            USER_EMBEDDING: vectors[number],
            "space": examples.details.space,
            "recent_order_article_ids": numpy.zeros(0, numpy.bytes_),
            "viewed_content_ids": histories.values["content_id"][viewed],
            "viewed_times": histories.values["timestamp"][viewed],
            "clicked_content_ids": histories.values["content_id"][clicked],
            "clicked_times": histories.values["timestamp"][clicked],
            "timestamp": time,
            "device": devices[number],
        }
        tensors = {name: tensorflow.constant(value) for name, value in inputs.items()}
        requests.append(PageRequest(int(users[number]), int(time), tensors))
    return requests


def _requests_of(columns: RecordColumns, user_ids: numpy.typing.NDArray[Any]) -> RecordColumns:
    """The requests of these users."""
    kept: BoolArray = numpy.isin(request_values(columns, "user_id"), user_ids)
    return select_requests(columns, kept)


def _vectors_and_devices(
    examples: ExampleArtifact, chosen: IntArray
) -> tuple[numpy.typing.NDArray[numpy.float32], list[str]]:
    """The user's vector that each record carries [chosen, D], and its device."""
    paths = examples.records("test")
    records = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths))
    features = [feature for feature in ranking_features() if feature.name in (USER_EMBEDDING, "device")]
    vectors, devices = [], []
    for start, serialized in enumerate(records.batch(RECORDS_AT_ONCE)):
        inside = chosen[chosen // RECORDS_AT_ONCE == start] % RECORDS_AT_ONCE
        if len(inside):
            batch, _ = parse_requests(tensorflow.gather(serialized, inside), features, examples.details.embedding_size)
            vectors.append(batch[USER_EMBEDDING].numpy())
            devices.extend(batch["device"].numpy()[:, 0].tolist())
    names = ["", *examples.details.vocabularies["device"]]
    return numpy.concatenate(vectors), [names[device] for device in devices]
