"""The TFRecord file format: length, masked CRC of the length, data, masked CRC of the data.

Reference: tensorflow/core/lib/io/record_writer.h; https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
"""

from __future__ import annotations

import itertools
import struct
from pathlib import Path
from typing import BinaryIO

import google_crc32c
import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.example_encoding import bytes_by_size, join_bytes, slices_of

MASK_DELTA = 0xA282EAD8


def write_records(path: Path, records: pyarrow.LargeBinaryArray) -> None:
    """Writes one uncompressed TFRecord file.

    Args:
        path: The file; its folder must exist.
        records: The data of each record [records].
    """
    with path.open("wb") as file:
        append_records(file, records)


def append_records(file: BinaryIO, records: pyarrow.LargeBinaryArray) -> None:
    """Appends records [records] to an open TFRecord file."""
    if len(records) == 0:
        return
    framed = join_bytes([_heads(records), records, _tails(records)])
    ends = numpy.frombuffer(framed.buffers()[1], numpy.int64)
    file.write(framed.buffers()[2].slice(0, int(ends[len(framed)])))


def mask(checksum: int) -> int:
    """The rotation and offset that keep a CRC of data which holds CRCs from being weak."""
    return ((checksum >> 15 | checksum << 17) + MASK_DELTA) & 0xFFFFFFFF


def _heads(records: pyarrow.LargeBinaryArray) -> pyarrow.LargeBinaryArray:
    return bytes_by_size(pyarrow.compute.binary_length(records).to_numpy(), _head)


def _head(size: int) -> bytes:
    length = struct.pack("<Q", size)
    return length + struct.pack("<I", mask(google_crc32c.value(length)))


def _tails(records: pyarrow.LargeBinaryArray) -> pyarrow.LargeBinaryArray:
    ends = numpy.frombuffer(records.buffers()[1], numpy.int64)[records.offset : records.offset + len(records) + 1]
    # One slice of bytes a record: the checksum's C code takes nothing but bytes, and runs at memory speed.
    data = records.buffers()[2].to_pybytes()
    borders = ends.tolist()
    checksums = numpy.fromiter(
        (google_crc32c.value(data[start:end]) for start, end in itertools.pairwise(borders)),
        numpy.uint64,
        len(records),
    )
    masked = ((checksums >> 15 | checksums << 17) + MASK_DELTA) & 0xFFFFFFFF
    return slices_of(masked.astype("<u4"), numpy.arange(len(records) + 1) * 4)
