"""Ranking 2,000 candidates: the exported function alone, and pages through gRPC.

The function runs on one core, once with what can be computed beforehand computed beforehand (`rank`) and once with
every feature explicit (`score`). Pages arrive evenly, whether or not earlier ones are answered, and a page's time runs
from when it was due until its slots are filled, re-ranking included; an echo server gets messages of the same bytes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import tempfile
from pathlib import Path

from benchmarks.figure import Figure, print_figures
from benchmarks.random_examples import write_random_examples
from benchmarks.random_records import START
from benchmarks.server_process import local_server_process, server_process
from benchmarks.serving.open_loop import Load, run_load
from benchmarks.serving.page import FIRST_REQUESTS, EchoChannel, Page
from benchmarks.serving.rank_function import CANDIDATES, RankFunction, measure_rank_function
from components.command_line import exit_code_of
from components.push_ranker.push import push_version
from components.push_ranker.settings import PushSettings
from components.train_ranker.settings import RankerSettings
from schemas.instants import DAY, compact_instant
from schemas.ranker_artifact import RankerArtifact
from schemas.step_report import StepReport

RANK_GOAL_MILLISECONDS, PAGE_GOAL_MILLISECONDS = 2.0, 10.0
ECHO = "benchmarks.serving.echo_server"


def trained_ranker(folder: Path) -> Path:
    """Trains the default network for one epoch on random examples; its speed does not depend on what it knows."""
    from components.train_ranker.step import train_ranker  # imports TensorFlow, which the client does without

    settings = RankerSettings(epochs=1)
    splits = {"train": 2 * settings.batch_requests, "validation": settings.batch_requests}
    examples = write_random_examples(folder / "examples", splits, seed=0, as_of=START + DAY)
    report = StepReport("train_ranker", 0.0)
    train_ranker(examples=examples.folder, output=folder / "ranker", with_graph=True, settings=settings, report=report)
    return folder / "ranker"


def page_loads(
    artifact: RankerArtifact, page: Page, rate: float, seconds: float, base: Path
) -> tuple[Load, Load, float]:
    """Loads a server of a pushed ranker, then the echo server.

    Args:
        artifact: The ranker.
        page: What is asked.
        rate: Requests a second.
        seconds: For how long.
        base: The folder to push to.

    Returns:
        What came of each, and the ranking server's peak memory in 10^9 bytes.
    """
    push_version(artifact.saved_model(), base, int(compact_instant(artifact.served_as_of)), PushSettings())
    with local_server_process(base) as server, page.client(server.target) as client:
        for _ in range(FIRST_REQUESTS):
            page.ask(client)
        pages = run_load(lambda: page.ask(client), rate, seconds, "pages")
        memory = server.peak_memory_gb()
    with server_process(ECHO) as server, contextlib.closing(EchoChannel(server.target, page.message())) as channel:
        for _ in range(FIRST_REQUESTS):
            channel.ask()
        echoes = run_load(channel.ask, rate, seconds, "echoes")
    return pages, echoes, memory


def figures(ranker: Path, rate: float, seconds: float, folder: Path) -> list[Figure]:
    """Measures everything.

    Args:
        ranker: A ranker artifact.
        rate: Requests a second.
        seconds: For how long.
        folder: For the files.
    """
    artifact = RankerArtifact(ranker)
    function = measure_rank_function(artifact.saved_model(), folder)
    pages, echoes, memory = page_loads(artifact, Page(function.request), rate, seconds, folder / "base")
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    settings = RankerSettings(**artifact.details.settings)
    network = f"cross {settings.cross}, deep {'-'.join(map(str, settings.deep_sizes))}"
    return [_function_figure(function, f"{network}; {load}"), _page_figure(pages, echoes, memory, rate, load)]


def _function_figure(function: RankFunction, about: str) -> Figure:
    return Figure(
        name="serving: rank function",
        work=f"one user, {CANDIDATES:,} candidates, one core, median; {about}",
        value=round(function.rank_milliseconds, 3),
        unit="ms",
        reference="`score`: every feature explicit, nothing computed beforehand",
        reference_value=round(function.score_milliseconds, 3),
        ratio=round(function.rank_milliseconds / function.score_milliseconds, 3),
        peak_memory_gb=round(function.peak_memory_gb, 2),
        goal=f"under {RANK_GOAL_MILLISECONDS:g} ms",
        met=function.rank_milliseconds < RANK_GOAL_MILLISECONDS,
    )


def _page_figure(pages: Load, echoes: Load, memory: float, rate: float, load: str) -> Figure:
    errors = pages.errors + echoes.errors
    return Figure(
        name="serving: page through gRPC",
        work=f"{pages.requests:,} pages of {CANDIDATES:,} candidates at {rate:g} a second, 99th percentile; median "
        f"{pages.median:.2f} ms, the echo's {echoes.median:.2f} ms; {errors} errors; {load}",
        value=round(pages.percentile_99, 2),
        unit="ms",
        reference="an echo server's, same bytes",
        reference_value=round(echoes.percentile_99, 2),
        ratio=round(pages.percentile_99 / echoes.percentile_99, 2),
        peak_memory_gb=round(memory, 2),
        goal=f"under {PAGE_GOAL_MILLISECONDS:g} ms, no error",
        met=pages.percentile_99 < PAGE_GOAL_MILLISECONDS and not errors,
    )


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--ranker", type=Path, help="a finished ranker artifact; a small one is trained without it")
    parser.add_argument("--rate", type=float, default=50, help="pages a second")
    parser.add_argument("--seconds", type=float, default=60, help="for how long")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"), help="for the files; none stays")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        options.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.folder, prefix="serving_") as temporary:
            folder = Path(temporary)
            ranker = options.ranker or trained_ranker(folder)
            print_figures(figures(ranker, options.rate, options.seconds, folder), options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
