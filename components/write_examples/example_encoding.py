"""The wire format of tf.train.Example, for all records at once and without TensorFlow.

The bytes equal `tf.train.Example(...).SerializeToString(deterministic=True)`: map entries in protobuf's order,
numbers packed.

References:
    Protocol Buffers, "Encoding": https://protobuf.dev/programming-guides/encoding/
    tensorflow/core/example/{example,feature}.proto
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

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


@dataclasses.dataclass(frozen=True)
class RaggedColumn:
    """One feature of many records as a flat list.

    Attributes:
        values: float32 or int64 array, or an Arrow array of strings [values].
        offsets: int64 [records + 1]; record i holds values[offsets[i] : offsets[i + 1]].
    """

    values: FloatArray | IntArray | pyarrow.Array
    offsets: IntArray


def encode_examples(columns: Mapping[str, RaggedColumn]) -> pyarrow.LargeBinaryArray:
    """Serializes records.

    Args:
        columns: The features by name; all with the same number of records.

    Returns:
        The serialized tf.train.Example of each record [records].
    """
    pieces: list[pyarrow.Array] = []
    for name in sorted(columns, key=_map_order):
        pieces.extend(_map_entry(name.encode(), columns[name]))
    sizes = sum(pyarrow.compute.binary_length(piece).to_numpy() for piece in pieces)
    pieces.insert(0, bytes_by_size(sizes, lambda size: FIRST_FIELD + varint(size)))
    return join_bytes(pieces)


def join_bytes(pieces: list[pyarrow.Array]) -> pyarrow.LargeBinaryArray:
    """Concatenates arrays of byte strings row by row [rows]."""
    return pyarrow.compute.binary_join_element_wise(*pieces, pyarrow.scalar(b"", pyarrow.large_binary()))


def bytes_by_size(sizes: IntArray, make: Callable[[int], bytes]) -> pyarrow.LargeBinaryArray:
    """Byte strings that depend on a length alone: made once for each distinct length, then handed out.

    Args:
        sizes: Lengths [rows].
        make: The byte string for one length.

    Returns:
        make(sizes[i]) for each row i [rows].
    """
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


def _map_entry(name: bytes, column: RaggedColumn) -> list[pyarrow.Array]:
    """One entry of the map Features.feature: the bytes before the payload, and the payload [records] each."""
    list_tag, payload = _payload(column)
    sizes = pyarrow.compute.binary_length(payload).to_numpy()
    return [bytes_by_size(sizes, lambda size: _entry_header(name, list_tag, size)), payload]


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
        sizes = pyarrow.compute.binary_length(strings).to_numpy()
        elements = join_bytes([bytes_by_size(sizes, lambda size: FIRST_FIELD + varint(size)), strings])
        ends = numpy.frombuffer(elements.buffers()[1], numpy.int64)
        return BYTES_LIST, slices_of(elements.buffers()[2], ends[column.offsets])
    if values.dtype == numpy.float32:
        return FLOAT_LIST, slices_of(numpy.ascontiguousarray(values, "<f4"), column.offsets * 4)
    encoded, ends = varints(values.astype(numpy.int64, copy=False))
    return INT64_LIST, slices_of(encoded, ends[column.offsets])
