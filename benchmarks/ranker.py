"""Training the ranker from TFRecords, and refreshing it with new impressions: python -m benchmarks.ranker.

The first figures train for one epoch, shuffled as train_ranker shuffles, and time each batch's arrival and each step;
the reference runs the same step on one batch that stays in memory. Waiting is the time between asking for a batch and
having it in which the asking thread does not run: handing some 35 tensors to Python takes it more than a millisecond
even where a batch lies ready, and train_ranker's compiled loop hands over none. Where others use the machine, a thread
that could run counts as waiting too. The last figure is a whole refresh: train_ranker, warm-started and through every
epoch, with its export and its replay in a fresh process, and the push; evaluation is not in it.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import resource
import tempfile
import time
from pathlib import Path

import tensorflow
from tqdm import tqdm

from benchmarks.figure import Figure, print_figures
from benchmarks.measured_process import Measured, measured
from benchmarks.random_examples import SIZE, SLATE, write_random_examples
from benchmarks.random_records import START
from components.command_line import exit_code_of
from components.push_ranker.push import push_version
from components.push_ranker.settings import PushSettings
from components.train_ranker.settings import RankerSettings
from components.train_ranker.step import train_ranker
from components.train_ranker.train import compile_ranker, new_ranker, split_dataset
from components.write_examples.settings import ExampleSettings
from schemas.example_artifact import ExampleArtifact
from schemas.instants import DAY, HOUR, compact_instant
from schemas.ranker_artifact import RankerArtifact
from schemas.step_report import StepReport

WAITING_GOAL, REFRESH_GOAL_SECONDS = 0.1, 600.0
CACHED_STEPS = 100
EARLIER_STEPS = 50
"""Of the earlier ranker. After one step the export's scores are 2e-5 off the network's, and it is refused."""


@dataclasses.dataclass(frozen=True)
class Epoch:
    """Seconds of one epoch.

    Attributes:
        waiting: Without running, until each batch was there; the first one with the filling of the shuffled buffer.
        training: All else.
        cached: The same steps' time on one batch in memory, from the mean of CACHED_STEPS before and after the epoch.
        steps: Of the epoch.
    """

    waiting: float
    training: float
    cached: float
    steps: int


def train_epoch(examples: ExampleArtifact, settings: RankerSettings) -> Epoch:
    """Times one epoch over the training split.

    Args:
        examples: With the graph's features.
        settings: Of the ranker; its batches are the step's.
    """
    dataset = split_dataset(examples, "train", True, settings, shuffle_seed=0)
    in_order = split_dataset(examples, "train", True, settings)
    cached = next(iter(in_order))
    ranker = new_ranker(examples, True, settings, seed=0, batch=cached[0])
    ranker.adapt(in_order, examples.details.candidates["train"], examples.details.clicks["train"])
    compile_ranker(ranker, settings, steps=len(dataset))
    step = tensorflow.function(lambda *batch: ranker.train_step(batch), input_signature=dataset.element_spec)
    _run(step, cached, 1)  # traces and compiles
    before = _run(step, cached, CACHED_STEPS)
    waiting = 0.0
    started = time.perf_counter()
    batches = iter(dataset)
    for _ in tqdm(range(len(dataset)), "train", unit="step"):
        asked, running = time.perf_counter(), time.thread_time()
        batch = next(batches)
        waiting += max(0.0, time.perf_counter() - asked - (time.thread_time() - running))
        _run(step, batch, 1)
    training = time.perf_counter() - started - waiting
    after = _run(step, cached, CACHED_STEPS)
    return Epoch(waiting, training, (before + after) / (2 * CACHED_STEPS) * len(dataset), len(dataset))


def _run(step: tensorflow.types.experimental.PolymorphicFunction, batch: tuple[object, ...], steps: int) -> float:
    """Runs so many steps on one batch; returns the seconds."""
    started = time.perf_counter()
    for _ in range(steps):
        # Reading a value waits for the step's end.
        float(step(*batch)["loss"])
    return time.perf_counter() - started


def refresh(examples: Path, earlier: Path, output: Path, base: Path, settings: RankerSettings) -> None:
    """From TFRecords to a served version, beginning with an earlier ranker's weights."""
    train_ranker(
        examples=examples,
        output=output,
        with_graph=True,
        settings=settings,
        report=StepReport("train_ranker", 0.0),
        warm_start=earlier,
    )
    artifact = RankerArtifact(output)
    push_version(artifact.saved_model(), base, int(compact_instant(artifact.meta.as_of_instant)), PushSettings())


def figures(impressions: int, epochs: int, folder: Path) -> list[Figure]:
    """Measures everything.

    Args:
        impressions: New ones, as the ranker's training and validation splits share them.
        epochs: Of the refresh; none is left out for lack of progress.
        folder: For the files.
    """
    requests = impressions // SLATE
    validation = max(1, round(ExampleSettings().validation_share * requests))
    settings = RankerSettings(epochs=epochs, patience=epochs)
    few = {"train": EARLIER_STEPS * settings.batch_requests, "validation": settings.batch_requests}
    train_ranker(
        examples=write_random_examples(folder / "earlier_examples", few, seed=0, as_of=START + DAY).folder,
        output=folder / "earlier",
        with_graph=True,
        settings=settings.model_copy(update={"epochs": 1}),
        report=StepReport("train_ranker", 0.0),
    )
    splits = {"train": requests - validation, "validation": validation}
    examples = write_random_examples(folder / "examples", splits, seed=1, as_of=START + DAY + HOUR // 2)
    epoch = train_epoch(examples, settings)
    whole = measured(refresh, examples.folder, folder / "earlier", folder / "ranker", folder / "base", settings)
    return _figures_of(impressions, splits["train"] * SLATE, epochs, epoch, whole)


def _figures_of(impressions: int, trained: int, epochs: int, epoch: Epoch, whole: Measured) -> list[Figure]:
    seconds = epoch.waiting + epoch.training
    share = epoch.waiting / seconds
    memory = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, 2)
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    records = f"{impressions:,} impressions in requests of {SLATE}, embeddings of {SIZE} floats"
    rate, cached_rate = trained / seconds, trained / epoch.cached
    return [
        Figure(
            name="ranker: training",
            work=f"one epoch, {epoch.steps:,} steps, of {records}; {load}",
            value=round(rate),
            unit="impressions/s",
            reference="the same steps on one cached batch",
            reference_value=round(cached_rate),
            ratio=round(rate / cached_rate, 3),
            peak_memory_gb=memory,
            goal="none, for contrast",
            met=True,
        ),
        Figure(
            name="ranker: waiting for input",
            work=f"one epoch, {epoch.steps:,} steps, of {records}; {load}",
            value=round(epoch.waiting, 3),
            unit="s",
            reference="the whole epoch",
            reference_value=round(seconds, 3),
            ratio=round(share, 4),
            peak_memory_gb=memory,
            goal=f"under {WAITING_GOAL:.0%} of the time",
            met=share < WAITING_GOAL,
        ),
        Figure(
            name="ranker: refresh",
            work=f"TFRecords of {records} to a pushed model, warm-started, {epochs} epochs; {load}",
            value=round(whole.seconds, 1),
            unit="s",
            reference="the same training steps on one cached batch",
            reference_value=round(epochs * epoch.cached, 1),
            ratio=round(whole.seconds / (epochs * epoch.cached), 3),
            peak_memory_gb=round(whole.peak_memory_gb, 2),
            goal=f"under {REFRESH_GOAL_SECONDS:g} s",
            met=whole.seconds < REFRESH_GOAL_SECONDS,
        ),
    ]


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranker", description=__doc__)
    parser.add_argument("--impressions", type=int, default=2_000_000, help="new ones, most of which train")
    parser.add_argument("--epochs", type=int, default=RankerSettings().epochs, help="of the refresh")
    parser.add_argument("--folder", type=Path, default=Path("build/benchmarks"), help="for the files; none stays")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        options.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=options.folder, prefix="ranker_") as folder:
            print_figures(figures(options.impressions, options.epochs, Path(folder)), options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
