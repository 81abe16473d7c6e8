"""The .npy arrays of one relation, compressed by target, while they are written from front to back."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any, BinaryIO

import numpy
import numpy.lib.format

from schemas.graph_artifact import Edges, FloatArray, IntArray, RowArray

TYPES: dict[str, type[numpy.generic]] = {"row": numpy.int32, "time": numpy.int64, "weight": numpy.float32}


class CompressedWriter(contextlib.AbstractContextManager["CompressedWriter"]):
    """Writes row, time and weight in order; use it in a `with`.

    Files, not memory maps: what the kernel does for every fresh page of a map takes longer than writing.

    Args:
        folder: Where the arrays go; must not be there yet.
        count: How many edges will be written.
        weighted: Whether there is a weight; orders have none.
    """

    def __init__(self, folder: Path, count: int, weighted: bool) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._files: dict[str, BinaryIO] = {}
        for name, kind in TYPES.items():
            if name != "weight" or weighted:
                self._files[name] = (folder / f"{name}.npy").open("wb")
                header = {"descr": numpy.dtype(kind).str, "fortran_order": False, "shape": (count,)}
                numpy.lib.format.write_array_header_1_0(self._files[name], header)

    def __exit__(self, *error: object) -> None:
        for file in self._files.values():
            file.close()

    def append(self, row: RowArray, time: IntArray, weight: FloatArray | None) -> None:
        """Writes the next edges; a weight of None is 1 for each of them."""
        self._files["row"].write(numpy.ascontiguousarray(row, TYPES["row"]).data)
        self._files["time"].write(numpy.ascontiguousarray(time, TYPES["time"]).data)
        if "weight" in self._files:
            weight = numpy.ones(len(row), numpy.float32) if weight is None else numpy.ascontiguousarray(weight)
            self._files["weight"].write(weight.data)

    def finish(self, degree: IntArray) -> Edges:
        """Closes the files and writes colptr.

        Args:
            degree: int64 [targets], edges of each target.

        Returns:
            The relation, memory-mapped, writable; its weight is empty where there is none.
        """
        self.__exit__()
        colptr = numpy.concatenate([[0], numpy.cumsum(degree)]).astype(numpy.int64)
        numpy.save(self._folder / "colptr.npy", colptr)
        arrays: dict[str, Any] = {
            name: numpy.load(self._folder / f"{name}.npy", mmap_mode="r+") for name in self._files
        }
        return Edges(colptr, arrays["row"], arrays["time"], arrays.get("weight", numpy.empty(0, numpy.float32)))
