"""What bulk writing of TFRecords is measured against: one tf.train.Example at a time, in Python."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy
import pyarrow
import tensorflow

from components.write_examples.example_encoding import RaggedColumn
from schemas.graph_artifact import FloatArray, IntArray

Values = list[bytes] | FloatArray | IntArray


@dataclasses.dataclass(frozen=True)
class LoopColumn:
    """A RaggedColumn in the types that a loop is fastest with: texts as bytes, offsets as numbers of Python."""

    values: Values
    offsets: list[int]


def loop_columns(columns: Mapping[str, RaggedColumn], stop: int) -> dict[str, LoopColumn]:
    """The first `stop` records of columns."""
    result = {}
    for name, column in columns.items():
        values: Values | pyarrow.Array = column.rows(0, stop).values
        if isinstance(values, pyarrow.Array):
            values = [text.encode() for text in values.to_pylist()]
        result[name] = LoopColumn(values, column.offsets[: stop + 1].tolist())
    return result


def records_of(columns: Mapping[str, LoopColumn]) -> Iterator[Iterator[tuple[str, Values]]]:
    """For each record its values by feature."""
    for row in range(len(next(iter(columns.values())).offsets) - 1):
        yield ((name, column.values[column.offsets[row] : column.offsets[row + 1]]) for name, column in columns.items())


def write_constructed(path: Path, columns: Mapping[str, LoopColumn]) -> None:
    """The loop of TensorFlow's guide to TFRecords: a Feature a list, an Example of their dictionary.

    Reference: https://www.tensorflow.org/tutorials/load_data/tfrecord
    """
    train = tensorflow.train
    with tensorflow.io.TFRecordWriter(str(path)) as writer:
        for record in records_of(columns):
            features = {}
            for name, values in record:
                if isinstance(values, list):
                    features[name] = train.Feature(bytes_list=train.BytesList(value=values))
                elif values.dtype == numpy.float32:  # a list is read twice as fast as an array
                    features[name] = train.Feature(float_list=train.FloatList(value=values.tolist()))
                else:
                    features[name] = train.Feature(int64_list=train.Int64List(value=values.tolist()))
            example = train.Example(features=train.Features(feature=features))
            writer.write(example.SerializeToString(deterministic=True))


def write_filled(path: Path, columns: Mapping[str, LoopColumn]) -> None:
    """The fastest loop that we know: fills each Example in place, which saves protobuf two copies of every list."""
    with tensorflow.io.TFRecordWriter(str(path)) as writer:
        for record in records_of(columns):
            example = tensorflow.train.Example()
            features = example.features.feature
            for name, values in record:
                if isinstance(values, list):
                    features[name].bytes_list.value.extend(values)
                elif values.dtype == numpy.float32:
                    features[name].float_list.value.extend(values.tolist())
                else:
                    features[name].int64_list.value.extend(values.tolist())
            writer.write(example.SerializeToString(deterministic=True))
