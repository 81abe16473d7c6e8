"""Independent random streams by name, so that one subject's draws never move another's."""

from __future__ import annotations

import zlib

import numpy


def stream(seed: int, subject: str, *parts: int) -> numpy.random.Generator:
    """A generator that depends on the seed, the subject and the parts only.

    Args:
        seed: The world's seed.
        subject: What is drawn, for example `users`.
        parts: Further numbers, for example that of the period.
    """
    return numpy.random.default_rng([seed, zlib.crc32(subject.encode()), *parts])
