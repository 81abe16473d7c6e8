"""The lines of newline-delimited JSON, block by block; no line is lost, however broken."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy
import pyarrow
import pyarrow.compute

BLOCK_BYTES = 1 << 23
LONGEST_LINE = 1 << 26


def line_blocks(path: Path) -> Iterator[pyarrow.StringArray]:
    r"""Reads a file's lines.

    A UTF-8 byte order mark at the start, carriage returns at the ends of lines, and blank lines are left out. In lines
    that are not UTF-8 the offending bytes are written as `\\xe9`, which no JSON string may hold.

    Args:
        path: A file `*.ndjson` or `*.ndjson.gz`.

    Yields:
        Arrays of lines, each of about BLOCK_BYTES; none for a file without a line.

    Raises:
        OSError: The file cannot be read, or is no gzip.
        EOFError: The gzip file is truncated.
        zlib.error: The gzip file is damaged.
        ValueError: A line is longer than LONGEST_LINE bytes.
    """
    with _opened(path) as stream:
        rest = stream.read(len(codecs.BOM_UTF8)).removeprefix(codecs.BOM_UTF8)
        while block := stream.read(BLOCK_BYTES):
            rest += block
            end = rest.rfind(b"\n") + 1
            if end:
                yield _lines(rest[:end])
                rest = rest[end:]
            elif len(rest) > LONGEST_LINE:
                raise ValueError(f"a line of more than {LONGEST_LINE:,} bytes: is it one JSON object a line?")
        if rest:
            yield _lines(rest + b"\n")


def _opened(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb")


def _lines(block: bytes) -> pyarrow.StringArray:
    """Splits at line feeds; the block ends with one."""
    ends = numpy.flatnonzero(numpy.frombuffer(block, numpy.uint8) == ord("\n")) + 1
    offsets = numpy.concatenate([[0], ends]).astype(numpy.int32)
    lines = pyarrow.StringArray.from_buffers(len(ends), pyarrow.py_buffer(offsets), pyarrow.py_buffer(block))
    try:
        lines.validate(full=True)
    except pyarrow.ArrowInvalid:
        lines = pyarrow.array([line.decode("utf-8", "backslashreplace") for line in block.split(b"\n")[:-1]])
    lines = pyarrow.compute.ascii_trim_whitespace(lines)
    return lines.filter(pyarrow.compute.not_equal(lines, ""))
