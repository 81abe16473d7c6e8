"""Base-128 varints of Protocol Buffers: seven bits a byte, least significant first, the top bit set where more follow.

Reference: https://protobuf.dev/programming-guides/encoding/#varints
"""

from __future__ import annotations

import numpy
import numpy.typing

from schemas.graph_artifact import IntArray


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
    longest = len(varint(int(rest.max(initial=0))))
    if longest == 1:  # flags, clicks and most categories
        return rest.astype(numpy.uint8), numpy.arange(len(values) + 1)
    sizes = numpy.ones(len(values), numpy.int64)
    encoded = numpy.empty((len(values), longest), numpy.uint8)
    for position in range(longest):
        encoded[:, position] = rest & 0x7F
        rest = rest >> numpy.uint64(7)
        more = rest > 0
        encoded[:, position] |= more.view(numpy.uint8) << 7
        sizes += more
    ends = numpy.concatenate([[0], numpy.cumsum(sizes)])
    return encoded[numpy.arange(longest) < sizes[:, numpy.newaxis]], ends
