"""Rows of what was shown, as the simulator's modules hand them to each other."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

Floats = numpy.typing.NDArray[numpy.float64]
Integers = numpy.typing.NDArray[numpy.int64]


@dataclasses.dataclass(frozen=True)
class Impressions:
    """Rows of one period: one content shown in one request.

    Attributes:
        request: Number of the request, counted over the whole run [rows].
        time: Microseconds [rows].
        user: [rows].
        content: [rows].
        slot: [rows].
        device: [rows].
    """

    request: Integers
    time: Integers
    user: Integers
    content: Integers
    slot: Integers
    device: Integers
