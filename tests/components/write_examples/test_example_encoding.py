"""The records' bytes are those that TensorFlow would have written."""

from __future__ import annotations

import base64
import gzip
import itertools
from pathlib import Path
from typing import Any

import google_crc32c
import hypothesis
import hypothesis.strategies as strategies
import numpy
import pyarrow
import pytest
import tensorflow

from components.write_examples import tfrecord_file
from components.write_examples.example_encoding import RaggedColumn, encode_examples
from components.write_examples.tfrecord_file import write_records
from components.write_examples.varints import varint, varints
from schemas.example_artifact import RecordFile

Lists = list[list[Any]]

names = strategies.text("abcé_", max_size=4) | strategies.text(max_size=150)
integers = strategies.integers(-(2**63), 2**63 - 1) | strategies.integers(0, 300)
floats = strategies.floats(width=32, allow_nan=False)
strings = strategies.text(max_size=20) | strategies.text("x", min_size=120, max_size=140)


@strategies.composite
def feature_lists(draw: strategies.DrawFn) -> dict[str, Lists]:
    """Records as lists of values by feature; every feature with the same number of records."""
    records = draw(strategies.integers(1, 4))
    features = {}
    for name in draw(strategies.lists(names, max_size=5, unique=True)):
        values = draw(strategies.sampled_from([integers, floats, strings]))
        features[name] = draw(
            strategies.lists(strategies.lists(values, max_size=40), min_size=records, max_size=records)
        )
    features["kind"] = [[index] for index in range(records)]
    return features


def column_of(lists: Lists) -> RaggedColumn:
    flat = [value for values in lists for value in values]
    offsets = numpy.cumsum([0, *(len(values) for values in lists)])
    if flat and isinstance(flat[0], str):
        return RaggedColumn(pyarrow.array(flat, pyarrow.string()), offsets)
    return RaggedColumn(
        numpy.array(flat, numpy.float32 if flat and isinstance(flat[0], float) else numpy.int64), offsets
    )


def tensorflow_bytes(features: dict[str, Lists], record: int, types: dict[str, RaggedColumn]) -> bytes:
    """What TensorFlow and protobuf make of the same record."""
    encoded = {}
    for name, lists in features.items():
        values = types[name].values
        if isinstance(values, pyarrow.Array):
            listed = tensorflow.train.BytesList(value=[text.encode() for text in lists[record]])
            encoded[name] = tensorflow.train.Feature(bytes_list=listed)
        elif values.dtype == numpy.float32:
            encoded[name] = tensorflow.train.Feature(float_list=tensorflow.train.FloatList(value=lists[record]))
        else:
            encoded[name] = tensorflow.train.Feature(int64_list=tensorflow.train.Int64List(value=lists[record]))
    example = tensorflow.train.Example(features=tensorflow.train.Features(feature=encoded))
    return bytes(example.SerializeToString(deterministic=True))


@hypothesis.settings(max_examples=150)
@hypothesis.given(feature_lists())
def test_bytes_equal_deterministic_protobuf(features: dict[str, Lists]) -> None:
    columns = {name: column_of(lists) for name, lists in features.items()}
    expected = [tensorflow_bytes(features, record, columns) for record in range(len(features["kind"]))]
    assert encode_examples(columns).to_pylist() == expected


def test_names_that_begin_other_names_come_in_protobufs_order() -> None:
    features: dict[str, Lists] = {name: [[1]] for name in ("kind", "kind_click_rate_7d", "k", "kinds", "a", "l")}
    columns = {name: column_of(lists) for name, lists in features.items()}
    assert encode_examples(columns).to_pylist() == [tensorflow_bytes(features, 0, columns)]


def test_sliced_strings_and_offsets_that_do_not_start_at_zero() -> None:
    strings = pyarrow.array(["left out", "a", "bb", "", "ccc"]).slice(1)
    columns = {
        "text": RaggedColumn(strings, numpy.array([1, 3, 4])),
        "number": RaggedColumn(numpy.array([9, 300, -1], numpy.int64), numpy.array([1, 2, 3])),
    }
    whole: dict[str, Lists] = {"text": [["bb", ""], ["ccc"]], "number": [[300], [-1]]}
    expected = [tensorflow_bytes(whole, record, columns) for record in range(2)]
    assert encode_examples(columns).to_pylist() == expected


@hypothesis.given(strategies.lists(integers, max_size=50))
def test_varints_decode_to_the_same_numbers(numbers: list[int]) -> None:
    encoded, ends = varints(numpy.array(numbers, numpy.int64))
    decoded = []
    for start, end in itertools.pairwise(ends):
        groups = [int(byte) & 0x7F for byte in encoded[start:end]]
        unsigned = sum(group << 7 * position for position, group in enumerate(groups))
        decoded.append(unsigned - 2**64 if unsigned >= 2**63 else unsigned)
    assert decoded == numbers
    assert all(varint(number) == bytes(varints(numpy.array([number]))[0]) for number in numbers if number >= 0)


@hypothesis.settings(max_examples=40)
@hypothesis.given(
    strategies.lists(strategies.binary(max_size=300), max_size=6), strategies.sampled_from([1, 200, 2**20])
)
def test_files_equal_tfrecord_writers(
    tmp_path_factory: pytest.TempPathFactory, records: list[bytes], block_bytes: int
) -> None:
    folder = tmp_path_factory.mktemp("records")
    with tensorflow.io.TFRecordWriter(str(folder / "expected")) as writer:
        for record in records:
            writer.write(record)
    parts = [pyarrow.array(part, pyarrow.large_binary()) for part in (records[:2], records[2:])]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tfrecord_file, "BLOCK_BYTES", block_bytes)
        written = write_records(folder / "written", parts)
        compressed = write_records(folder / "written.gz", parts)
    expected = (folder / "expected").read_bytes()
    assert (folder / "written").read_bytes() == expected
    assert gzip.decompress((folder / "written.gz").read_bytes()) == expected
    for entry, name in ((written, "written"), (compressed, "written.gz")):
        data = (folder / name).read_bytes()
        checksum = base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()
        assert entry == RecordFile(records=len(records), bytes=len(data), crc32c=checksum)


def test_records_of_one_length_and_a_slice_of_them(tmp_path: Path) -> None:
    """Headers that all records share are encoded once."""
    features: dict[str, Lists] = {"kind": [[number] for number in (3, 100, 127)], "name": [["a", "b"]] * 3}
    columns = {name: column_of(lists) for name, lists in features.items()}
    encoded = encode_examples(columns)
    expected = [tensorflow_bytes(features, record, columns) for record in range(3)]
    assert encoded.to_pylist() == expected
    write_records(tmp_path / "written", [encoded.slice(1)])
    dataset = tensorflow.data.TFRecordDataset(str(tmp_path / "written"))
    assert [record.numpy() for record in dataset] == expected[1:]
