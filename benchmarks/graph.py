"""The graph of simulated logs against DuckDB's bare scan and sort of the same rows: python -m benchmarks.graph.

Four figures: building the graph against the sort (all columns, by content and time, into a table, with the same threads
and memory limit), appending a day against building from scratch, validating the logs against building, and, with
--impressions beyond 20 million, building against building from a fifth of the rows.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import ibis.backends.duckdb  # noqa: F401 - what the step loads on first use is loaded before any clock starts
import pandas  # noqa: F401 - the same

from benchmarks.figure import Figure, print_figures
from benchmarks.measured_process import Measured, measured
from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from components.command_line import exit_code_of
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.step import validate_logs
from schemas.instants import DAY
from schemas.step_report import StepReport
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulator import simulate

WINDOW_DAYS = 7
SCALING_FROM, SCALING = 20_000_000, 5


def sort_rows(logs: Path, memory_limit: str, threads: int) -> None:
    """The reference: scans the impressions of the last seven days and sorts them, all columns, into a table."""
    days = sorted((logs / "impressions").glob("day=*"))[-WINDOW_DAYS:]
    with tempfile.TemporaryDirectory(prefix="sort_rows_") as folder, duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{memory_limit}'")
        connection.execute(f"SET threads = {threads}")
        connection.execute(f"SET temp_directory = '{folder}'")
        connection.execute("SET preserve_insertion_order = false")
        files = [str(path) for day in days for path in day.glob("*.parquet")]
        source = f"read_parquet({files!r}, hive_partitioning = false)"
        connection.execute(f"CREATE TABLE sorted AS SELECT * FROM {source} ORDER BY content_id, timestamp")


def build(logs: Path, output: Path, first_day: int, base: Path | None, memory_limit: str, threads: int) -> None:
    """Builds the graph of seven days from `first_day` of the logs on."""
    start = SimulatorSettings().start + first_day * DAY
    build_graph(
        logs=logs,
        output=output,
        start=start,
        end=start + WINDOW_DAYS * DAY,
        settings=GraphSettings(memory_limit=memory_limit, threads=threads),
        report=StepReport("build_graph", 0.0),
        base=base,
    )


def validate(logs: Path, output: Path, first_day: int, memory_limit: str, threads: int) -> None:
    """Validates the logs from `first_day` on."""
    settings = SimulatorSettings()
    validate_logs(
        logs=logs,
        output=output,
        start=settings.start + first_day * DAY,
        end=settings.end,
        settings=ValidationSettings(memory_limit=memory_limit, threads=threads),
        report=StepReport("validate_logs", 0.0),
    )


def figures(
    impressions: int, memory_limit: str, threads: int, goal_memory: float, repeats: int, kept: Path, folder: Path
) -> list[Figure]:
    """Measures everything for one size.

    Args:
        impressions: Rows of the seven days of the graph.
        memory_limit: Of DuckDB.
        threads: Of DuckDB.
        goal_memory: Peak resident memory that the graph must stay under, in 10^9 bytes.
        repeats: Rounds in which everything runs once; the fastest counts, since others use the machine too.
        kept: For simulated logs, which serve the next time too.
        folder: For all else.
    """
    logs, validated = _logs(impressions, kept), folder / "validated"
    limits = (memory_limit, threads)
    validate(logs, validated, 0, *limits)
    measured(build, validated, folder / "base", 0, None, *limits)
    rounds: list[list[Measured]] = []
    for number in range(repeats):
        outputs = [folder / f"{name}-{number}" for name in ("scratch", "appended", "validated_again")]
        rounds.append(
            [
                measured(sort_rows, logs, *limits),
                measured(build, validated, outputs[0], 1, None, *limits),
                measured(build, validated, outputs[1], 1, folder / "base", *limits),
                measured(validate, logs, outputs[2], 1, *limits),
            ]
        )
        for output in outputs:
            shutil.rmtree(output)
    sorting, scratch, appending, validation = (fastest(runs) for runs in zip(*rounds, strict=True))
    work = f"{impressions:,} impressions, {threads} threads, memory limit {memory_limit}"
    result = [
        _figure("graph", work, scratch, "DuckDB scan and sort", sorting, 1.25, goal_memory),
        _figure("graph: append a day", work, appending, "from scratch", scratch, 0.35),
        _figure("graph: validate the logs", work, validation, "building the graph", scratch, 2.0),
    ]
    if impressions > SCALING_FROM:
        fewer = _logs(impressions // SCALING, kept)
        shutil.rmtree(validated)
        validate(fewer, validated, 1, *limits)
        fifth = fastest(
            [measured(build, validated, folder / f"fifth-{number}", 1, None, *limits) for number in range(repeats)]
        )
        result.append(_figure(f"graph: {SCALING} times the rows", work, scratch, "a fifth", fifth, 6.0))
    return result


def fastest(runs: Sequence[Measured]) -> Measured:
    """The least time, and the most memory, of several runs of the same work."""
    return Measured(min(run.seconds for run in runs), max(run.peak_memory_gb for run in runs))


def _figure(
    name: str,
    work: str,
    value: Measured,
    reference: str,
    reference_value: Measured,
    goal: float,
    goal_memory: float | None = None,
) -> Figure:
    ratio = value.seconds / reference_value.seconds
    met, words = ratio <= goal, f"at most {goal:g} times"
    if goal_memory is not None:
        met, words = met and value.peak_memory_gb < goal_memory, f"{words}, peak under {goal_memory:g} GB"
    return Figure(
        name=name,
        work=work,
        value=round(value.seconds, 2),
        unit="s",
        reference=reference,
        reference_value=round(reference_value.seconds, 2),
        ratio=round(ratio, 3),
        peak_memory_gb=round(value.peak_memory_gb, 2),
        goal=words,
        met=met,
    )


def _logs(impressions: int, folder: Path) -> Path:
    """Simulated logs of eight days, of which seven hold so many impressions."""
    logs = folder / f"logs-{impressions}"
    if not logs.is_dir():
        days = SimulatorSettings().days
        simulate(output=logs, settings=SimulatorSettings(impressions=impressions * days // WINDOW_DAYS))
    return logs


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.graph", description=__doc__)
    parser.add_argument("--impressions", type=int, default=SCALING_FROM, help="rows of the seven days of the graph")
    parser.add_argument("--threads", type=int, default=2, help="of DuckDB, for the graph and the sort alike")
    parser.add_argument("--repeats", type=int, default=3, help="rounds; of each figure the fastest counts")
    parser.add_argument("--memory-limit", help="of DuckDB; by default 2GB, and 5GB beyond 20 million impressions")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"), help="for simulated logs and graphs")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)
    large = options.impressions > SCALING_FROM

    def run() -> None:
        options.folder.mkdir(parents=True, exist_ok=True)
        memory_limit = options.memory_limit or ("5GB" if large else "2GB")
        with tempfile.TemporaryDirectory(dir=options.folder, prefix="graph_") as folder:
            goal_memory = 8.0 if large else 4.0
            found = figures(
                options.impressions,
                memory_limit,
                options.threads,
                goal_memory,
                options.repeats,
                options.folder,
                Path(folder),
            )
        print_figures(found, options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
