"""Records to batches."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy
import pytest
import tensorflow

from components.train_ranker.records import COUNTS, parse_requests, request_dataset
from schemas.ranking_features import ranking_features
from tests.components.train_ranker.example_artifacts import AS_OF, Values, World, draw_request, serialize, write_records

MODEL_FEATURES = tuple(feature for feature in ranking_features() if feature.name != "clicked")


def some_requests(counts: tuple[int, ...]) -> list[Values]:
    generator = numpy.random.default_rng(0)
    return [draw_request(generator, World(embedding_size=3), AS_OF, slate=count) for count in counts]


def test_every_feature_comes_back_as_it_was_written() -> None:
    requests = some_requests((3, 1, 5))
    batch, labels = parse_requests([serialize(values) for values in requests], MODEL_FEATURES, 3)
    numpy.testing.assert_array_equal(batch[COUNTS], [3, 1, 5])
    numpy.testing.assert_array_equal(labels[:, 0], numpy.concatenate([values["clicked"][:, 0] for values in requests]))
    for feature in MODEL_FEATURES:
        written = numpy.concatenate([values[feature.name] for values in requests])
        read = batch[feature.name].numpy()
        assert read.shape == written.shape, feature.name
        if feature.type == "bytes":
            read = read.astype(str).astype(object)
        numpy.testing.assert_array_equal(read, written, err_msg=feature.name)


@pytest.mark.parametrize("feature", ["own_views", "content_embedding", "user_views"])
def test_a_list_that_does_not_fit_its_candidates_is_refused_by_name(feature: str) -> None:
    whole, broken = some_requests((4, 4))
    broken[feature] = broken[feature].ravel()[:-1]
    with pytest.raises(tensorflow.errors.InvalidArgumentError, match=feature):
        parse_requests([serialize(whole), serialize(broken)], MODEL_FEATURES, 3)


def test_shuffling_follows_the_seed_and_differs_from_epoch_to_epoch(tmp_path: Path) -> None:
    """Also where several files are read side by side, more of them than at once, of different lengths."""
    paths = [tmp_path / f"part-{number:05d}.tfrecord" for number in range(6)]
    requests = some_requests(tuple(range(1, 61)))
    for path, start, stop in zip(paths, (0, 3, 33, 34, 40, 41), (3, 33, 34, 40, 41, 60), strict=True):
        write_records(path, requests[start:stop])

    def epochs(seed: int, shuffle_requests: int = 100) -> list[list[int]]:
        dataset = request_dataset(paths, MODEL_FEATURES[:1], 3, 60, 8, shuffle_requests, seed)
        return [numpy.concatenate([batch[COUNTS] for batch, _ in dataset]).tolist() for _ in range(2)]

    first, second = epochs(seed=1)
    assert epochs(seed=1) == [first, second]
    assert first != second
    assert epochs(seed=2)[0] != first
    assert sorted(first) == sorted(second) == list(range(1, 61))
    assert epochs(seed=1, shuffle_requests=0) == [list(range(1, 61))] * 2


def test_compressed_records_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.tfrecord"
    write_records(path, some_requests((2, 3)))
    compressed = path.with_name("part-00000.tfrecord.gz")
    compressed.write_bytes(gzip.compress(path.read_bytes()))
    plain, read = (next(iter(request_dataset([name], MODEL_FEATURES, 3, 2, 2)))[0] for name in (path, compressed))
    assert all((plain[name].numpy() == read[name].numpy()).all() for name in plain)


def test_another_number_of_records_than_the_examples_say_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "part-00000.tfrecord"
    write_records(path, some_requests((1, 2)))
    with pytest.raises(tensorflow.errors.FailedPreconditionError):
        list(request_dataset([path], MODEL_FEATURES[:1], 3, requests=3, batch_requests=2))
