"""The wire format of tf.train.Example, for all records at once and without TensorFlow.

The bytes equal `tf.train.Example(...).SerializeToString(deterministic=True)`: map entries in protobuf's order,
numbers packed.

References:
    Protocol Buffers, "Encoding": https://protobuf.dev/programming-guides/encoding/
    tensorflow/core/example/{example,feature}.proto
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.varints import varint, varints
from schemas.graph_artifact import FloatArray, IntArray

# A tag byte is (field number << 3) | wire type; wire type 2 is "length, then that many bytes".
FIRST_FIELD = b"\x0a"
SECOND_FIELD = b"\x12"
BYTES_LIST, FLOAT_LIST, INT64_LIST = b"\x0a", b"\x12", b"\x1a"
"""The tags of Feature.bytes_list, Feature.float_list and Feature.int64_list."""

Piece: TypeAlias = pyarrow.LargeBinaryArray | pyarrow.LargeBinaryScalar
"""A part of every record: a byte string for each [records], or one that all of them share."""


@dataclasses.dataclass(frozen=True)
class RaggedColumn:
    """One feature of many records as a flat list.

    Attributes:
        values: float32 or int64 array, or an Arrow array of strings [values].
        offsets: int64 [records + 1]; record i holds values[offsets[i] : offsets[i + 1]].
    """

    values: FloatArray | IntArray | pyarrow.Array
    offsets: IntArray

    def rows(self, start: int, stop: int) -> RaggedColumn:
        """The records from start up to stop, without a copy of their values."""
        offsets = self.offsets[start : stop + 1]
        return RaggedColumn(self.values[offsets[0] : offsets[-1]], offsets - offsets[0])


def encode_examples(columns: Mapping[str, RaggedColumn]) -> pyarrow.LargeBinaryArray:
    """Serializes records.

    Args:
        columns: The features by name; all with the same number of records.

    Returns:
        The serialized tf.train.Example of each record [records].
    """
    pieces: list[Piece] = []
    for name in sorted(columns, key=_map_order):
        list_tag, payload = _payload(columns[name])
        header = functools.partial(_entry_header, name.encode(), list_tag)
        pieces += [bytes_by_size(sizes_of(payload), header), payload]
    sizes: IntArray = functools.reduce(numpy.add, map(sizes_of, pieces))
    return join_bytes([bytes_by_size(sizes, lambda size: FIRST_FIELD + varint(size)), *pieces])


def join_bytes(pieces: Sequence[Piece]) -> pyarrow.LargeBinaryArray:
    """Concatenates byte strings row by row, at least one of the pieces an array [rows]."""
    return pyarrow.compute.binary_join_element_wise(*pieces, pyarrow.scalar(b"", pyarrow.large_binary()))


def sizes_of(piece: Piece) -> IntArray:
    """The bytes of each row [rows], or of the one that they share [1]."""
    return numpy.array([len(piece.as_py())]) if isinstance(piece, pyarrow.Scalar) else numpy.diff(ends_of(piece))


def ends_of(strings: pyarrow.LargeBinaryArray) -> IntArray:
    """Where each byte string begins in the array's data, with the end of the last: int64 [rows + 1]."""
    ends = numpy.frombuffer(strings.buffers()[1], numpy.int64)
    return ends[strings.offset : strings.offset + len(strings) + 1]


def bytes_by_size(sizes: IntArray, make: Callable[[int], bytes]) -> Piece:
    """Byte strings that depend on a length alone: made once for each distinct length, then handed out.

    Args:
        sizes: Lengths [rows].
        make: The byte string for one length.

    Returns:
        make(sizes[i]) for each row i [rows], or one scalar where the rows are of one length.
    """
    if len(sizes) and (sizes == sizes[0]).all():
        return pyarrow.scalar(make(int(sizes[0])), pyarrow.large_binary())
    distinct = pyarrow.array(sizes).dictionary_encode()
    made = pyarrow.array([make(size) for size in distinct.dictionary.to_pylist()], pyarrow.large_binary())
    return made.take(distinct.indices)


def slices_of(
    data: numpy.typing.NDArray[numpy.generic] | pyarrow.Buffer, offsets: IntArray
) -> pyarrow.LargeBinaryArray:
    """Views memory as byte strings, without a copy: row i is data[offsets[i] : offsets[i + 1]], in bytes [rows]."""
    buffers = [None, pyarrow.py_buffer(numpy.ascontiguousarray(offsets, numpy.int64)), pyarrow.py_buffer(data)]
    return pyarrow.LargeBinaryArray.from_buffers(pyarrow.large_binary(), len(offsets) - 1, buffers)


def _map_order(name: str) -> bytes:
    """Sorts as protobuf's own deterministic serialization does: by bytes, but a name after those that it begins.

    upb, which serializes for Python, compares common bytes in reverse (it writes backwards) and lengths not in reverse.
    No UTF-8 text holds the byte 0xff, so it ends a name after all its continuations.
    """
    return name.encode() + b"\xff"


def _entry_header(name: bytes, list_tag: bytes, payload_size: int) -> bytes:
    """What precedes a payload: the map entry with its key, the Feature, its list, and the head of a packed field."""
    packed = list_tag != BYTES_LIST and payload_size > 0
    head = FIRST_FIELD + varint(payload_size) if packed else b""
    head = list_tag + varint(len(head) + payload_size) + head
    head = FIRST_FIELD + varint(len(name)) + name + SECOND_FIELD + varint(len(head) + payload_size) + head
    return FIRST_FIELD + varint(len(head) + payload_size) + head


def _payload(column: RaggedColumn) -> tuple[bytes, pyarrow.LargeBinaryArray]:
    """The tag of the list and the encoded values of each record [records]."""
    values = column.values
    if isinstance(values, pyarrow.Array):
        strings = values.cast(pyarrow.large_binary())
        heads = bytes_by_size(sizes_of(strings), lambda size: FIRST_FIELD + varint(size))
        elements = join_bytes([heads, strings])
        return BYTES_LIST, slices_of(elements.buffers()[2], ends_of(elements)[column.offsets])
    if values.dtype == numpy.float32:
        return FLOAT_LIST, slices_of(numpy.ascontiguousarray(values, "<f4"), column.offsets * 4)
    encoded, ends = varints(values.astype(numpy.int64, copy=False))
    return INT64_LIST, slices_of(encoded, ends[column.offsets])
