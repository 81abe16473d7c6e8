"""Bulk encoding and writing of TFRecords against Python loops over tf.train.Example: python -m benchmarks.tfrecords.

Embeddings as write_examples writes them, and ranking requests with every feature of schemas/ranking_features.yaml. Both
loops write the first records of the same data with TFRecordWriter; their rates and ours are of the same run, in turns,
and the fastest round of each counts, since others use the machine too; a loop has so many records that its round lasts
about as long as a bulk one, for a short round more easily finds the machine free. No figure is printed unless the bytes
are equal.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy
import pyarrow
from tqdm import tqdm

from benchmarks.figure import Figure, print_figures
from benchmarks.random_records import random_embeddings, random_requests
from benchmarks.tfrecord_loops import loop_columns, write_constructed, write_filled
from components.command_line import exit_code_of
from components.write_examples.embedding_records import columns_of, write_nodes
from components.write_examples.example_encoding import RaggedColumn, encode_examples
from components.write_examples.settings import ExampleSettings
from components.write_examples.tfrecord_file import write_records
from schemas.errors import ContractError

SIZE, SLATE = 64, 20
GOAL = 20.0
BULK, CONSTRUCTED, FILLED = "bulk", "a loop over tf.train.Example(features=...)", "a loop that fills each Example"


@dataclasses.dataclass(frozen=True)
class Work:
    """What is written.

    Attributes:
        name: Of what is counted, in the plural.
        detail: Its shape, in words.
        count: How many of them bulk writing writes.
        loop_count: How many of them a loop writes.
        writers: By contestant; each writes a file.
    """

    name: str
    detail: str
    count: int
    loop_count: int
    writers: dict[str, Callable[[Path], object]]


@dataclasses.dataclass
class Fastest:
    """Seconds of the fastest round: on the wall clock, and of the processor."""

    wall: float = float("inf")
    processor: float = float("inf")

    def add(self, write: Callable[[Path], object], path: Path) -> None:
        """Runs one round."""
        wall, processor = time.perf_counter(), time.process_time()
        write(path)
        self.wall = min(self.wall, time.perf_counter() - wall)
        self.processor = min(self.processor, time.process_time() - processor)


def embedding_work(count: int, loop_count: int) -> Work:
    """Embeddings, one record each."""
    nodes = random_embeddings(count, SIZE, seed=0)
    first = loop_columns(columns_of(nodes, slice(0, loop_count)), loop_count)
    writers: dict[str, Callable[[Path], object]] = {
        BULK: lambda path: write_nodes(path, nodes),
        CONSTRUCTED: lambda path: write_constructed(path, first),
        FILLED: lambda path: write_filled(path, first),
    }
    return Work("embeddings", f"of {SIZE} floats", count, loop_count, writers)


def impression_work(requests: int, loop_requests: int) -> Work:
    """Impressions, a record a request."""
    columns = random_requests(requests, SLATE, SIZE, seed=1)
    first = loop_columns(columns, loop_requests)
    writers: dict[str, Callable[[Path], object]] = {
        BULK: lambda path: write_records(path, encoded_parts(columns)),
        CONSTRUCTED: lambda path: write_constructed(path, first),
        FILLED: lambda path: write_filled(path, first),
    }
    detail = f"in requests of {SLATE}, {len(columns)} features, embeddings of {SIZE} floats"
    return Work("impressions", detail, requests * SLATE, loop_requests * SLATE, writers)


def encoded_parts(columns: Mapping[str, RaggedColumn]) -> Iterator[pyarrow.LargeBinaryArray]:
    """Encodes requests, as many at once as write_examples does."""
    requests = len(next(iter(columns.values())).offsets) - 1
    at_once = ExampleSettings().candidates_per_file // SLATE
    for start in range(0, requests, at_once):
        yield encode_examples({name: column.rows(start, start + at_once) for name, column in columns.items()})


def figures(work: Work, rounds: int, folder: Path) -> list[Figure]:
    """Measures one work.

    Args:
        work: What to write.
        rounds: How many rounds each contestant has; they take turns.
        folder: For the files; none stays.

    Raises:
        ContractError: The loops and bulk writing wrote different bytes.
    """
    measured = {name: Fastest() for name in work.writers}
    for _ in tqdm(range(rounds), desc=work.name, unit="round", file=sys.stderr):
        with tempfile.TemporaryDirectory(dir=folder) as files:
            paths = {name: Path(files) / f"{number}.tfrecord" for number, name in enumerate(work.writers)}
            for name, write in work.writers.items():
                measured[name].add(write, paths[name])
            for name in (CONSTRUCTED, FILLED):
                require_same_bytes(paths[BULK], paths[name], name, whole=work.count == work.loop_count)
    return _figures_of(work, measured)


def require_same_bytes(bulk: Path, loop: Path, name: str, whole: bool) -> None:
    """Refuses figures of different bytes.

    Args:
        bulk: The file that bulk writing wrote.
        loop: The file of the first records that a loop wrote.
        name: Of the loop.
        whole: Whether the loop wrote all records.

    Raises:
        ContractError: The bulk file differs from the loop's, as far as that one goes.
    """
    expected = numpy.fromfile(loop, numpy.uint8)
    found = numpy.fromfile(bulk, numpy.uint8, -1 if whole else len(expected))
    if not numpy.array_equal(found, expected):
        common = min(len(found), len(expected))
        different = numpy.flatnonzero(found[:common] != expected[:common])
        raise ContractError(
            f"bulk writing differs from {name} at byte {different[0] if len(different) else common}; a figure of "
            "other bytes says nothing: repair components/write_examples/example_encoding.py or tfrecord_file.py"
        )


def _figures_of(work: Work, measured: Mapping[str, Fastest]) -> list[Figure]:
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    words = f"{work.count:,} {work.name} {work.detail}; the loops wrote the first {work.loop_count:,}; {load}"
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2)
    result = []
    for reference in (CONSTRUCTED, FILLED):
        for clock, unit in (("wall", "s"), ("processor", "processor second")):
            rate = work.count / getattr(measured[BULK], clock)
            loop_rate = work.loop_count / getattr(measured[reference], clock)
            held = reference == CONSTRUCTED
            result.append(
                Figure(
                    name=f"tfrecords: {work.name}",
                    work=words,
                    value=round(rate),
                    unit=f"{work.name}/{unit}",
                    reference=reference,
                    reference_value=round(loop_rate),
                    ratio=round(rate / loop_rate, 2),
                    peak_memory_gb=memory,
                    goal=f"at least {GOAL:g} times" if held else "none, for contrast",
                    met=not held or rate >= GOAL * loop_rate,
                )
            )
    return result


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tfrecords", description=__doc__)
    parser.add_argument("--embeddings", type=int, default=1_000_000, help="that bulk writing writes")
    parser.add_argument("--requests", type=int, default=1_000_000 // SLATE, help=f"of {SLATE} impressions, the same")
    parser.add_argument("--loop-embeddings", type=int, default=50_000, help="that a loop writes")
    parser.add_argument("--loop-requests", type=int, default=5_000, help="that a loop writes")
    parser.add_argument("--rounds", type=int, default=3, help="of each contestant; the fastest counts")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"), help="for the files; none stays")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        options.folder.mkdir(parents=True, exist_ok=True)
        loops = min(options.loop_embeddings, options.embeddings), min(options.loop_requests, options.requests)
        found = figures(embedding_work(options.embeddings, loops[0]), options.rounds, options.folder)
        found += figures(impression_work(options.requests, loops[1]), options.rounds, options.folder)
        print_figures(found, options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
