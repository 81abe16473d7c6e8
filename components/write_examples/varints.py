"""Base-128 varints of Protocol Buffers: seven bits a byte, least significant first, the top bit set where more follow.

Reference: https://protobuf.dev/programming-guides/encoding/#varints
"""

from __future__ import annotations

import numpy
import numpy.typing

from schemas.graph_artifact import IntArray

LONGEST = 10
"""Bytes of a 64-bit varint; negative numbers are written in two's complement and always take all ten."""


def varint(value: int) -> bytes:
    """Encodes one number that is not negative."""
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def varints(values: IntArray) -> tuple[numpy.typing.NDArray[numpy.uint8], IntArray]:
    """Encodes many numbers.

    Args:
        values: int64 [values].

    Returns:
        The bytes of all of them, and where each begins, with the end last: int64 [values + 1].
    """
    rest: numpy.typing.NDArray[numpy.uint64] = values.astype(numpy.uint64)
    sizes = numpy.ones(len(values), numpy.int64)
    for position in range(1, LONGEST):
        sizes += rest >= numpy.uint64(1 << 7 * position)
    ends = numpy.concatenate([[0], numpy.cumsum(sizes)])
    encoded = numpy.empty(ends[-1], numpy.uint8)
    starts = ends[:-1]
    while len(rest):
        more = rest > 0x7F
        encoded[starts] = (rest & 0x7F) | (more.astype(numpy.uint64) << 7)
        starts, rest = starts[more] + 1, rest[more] >> numpy.uint64(7)
    return encoded, ends
