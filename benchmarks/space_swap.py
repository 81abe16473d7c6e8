"""What a ranker of yesterday's space loses when today's embeddings take the place of yesterday's.

`python -m benchmarks.space_swap --run runs/latest`: trains a network for a day earlier than the run's and today's from
it, embeds the ranker's training rows with yesterday's and the test day with each, trains rankers on yesterday's
embeddings and scores the same test rows with all. A ranker that reads dot products alone cannot tell a rotation, one
that reads the vectors' products can; so can both where a user's vector is older than the contents'.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from typing import Any, get_args

import numpy

from benchmarks.figure import Figure, print_figures
from benchmarks.swapped_embeddings import (
    ALIGNED,
    YESTERDAY,
    FinishedRun,
    finished_run,
    swapped_stores,
    train_networks,
)
from components.command_line import exit_code_of
from components.evaluate_ranker.measurement import measure_order
from components.evaluate_ranker.metrics import FloatArray
from components.evaluate_ranker.paired_comparison import PairedComparison
from components.evaluate_ranker.record_columns import read_record_columns
from components.evaluate_ranker.settings import EvaluationSettings
from components.train_ranker.settings import EmbeddingInteraction, RankerSettings
from components.train_ranker.train import split_dataset, train_one
from components.write_examples.settings import ExampleSettings
from components.write_examples.step import write_examples
from schemas.artifact_meta import read_meta
from schemas.example_artifact import ExampleArtifact
from schemas.settings import parse_settings
from schemas.step_report import step_report

LARGEST_LOSS = 0.1
"""Percentage points of ROC-AUC that an aligned network may cost."""

METRICS = {"auc": "ROC-AUC, pooled", "auc_per_request": "ROC-AUC per request"}
_ALL = "all rows"


def written_examples(run: FinishedRun, stores: dict[str, Path], folder: Path) -> dict[str, ExampleArtifact]:
    """The run's ranking examples with the embeddings of each store."""
    result = {}
    for number, (name, store) in enumerate(stores.items()):
        output = folder / f"examples_{number}"
        with step_report(f"write_examples ({name})") as report:
            write_examples(
                logs=run.artifacts["validated_logs"],
                embeddings=store,
                output=output,
                timeline=run.timeline,
                cold_content_views=run.cold_content_views,
                settings=ExampleSettings(),
                report=report,
            )
        result[name] = ExampleArtifact(output)
    return result


def scores_of_test_rows(examples: dict[str, ExampleArtifact], settings: RankerSettings) -> dict[str, FloatArray]:
    """Trains a ranker a seed on yesterday's embeddings and scores the test rows of all.

    Returns:
        Logits by name of the examples [seeds, rows].
    """
    scores: dict[str, list[FloatArray]] = {name: [] for name in examples}
    for seed in settings.seeds:
        ranker, _ = train_one(examples[YESTERDAY], True, settings, seed)
        for name, artifact in examples.items():
            batches = split_dataset(artifact, "test", True, settings)
            scores[name].append(numpy.concatenate([ranker(batch).numpy()[:, 0] for batch, _ in batches]))
    return {name: numpy.stack(of_seeds).astype(numpy.float64) for name, of_seeds in scores.items()}


def figures(examples: dict[str, ExampleArtifact], settings: RankerSettings, resamples: int) -> list[Figure]:
    """What each swap costs, with the interval of a paired bootstrap over users."""
    scores = scores_of_test_rows(examples, settings)
    columns = read_record_columns(examples[YESTERDAY], "test", ())
    every = numpy.ones(len(columns.clicked), dtype=bool)
    measured = {(_ALL, name): measure_order(of_seeds, columns, every) for name, of_seeds in scores.items()}
    comparison = PairedComparison(measured, columns.user_count, EvaluationSettings(resamples=resamples))
    reference = measured[_ALL, YESTERDAY].metrics
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9  # kilobytes on Linux
    result = []
    for name in examples:
        if name == YESTERDAY:
            continue
        for metric, title in METRICS.items():
            value, against = measured[_ALL, name].metrics[metric], reference[metric]
            change = comparison.difference(_ALL, name, YESTERDAY, metric)
            told = f"change {change['value']:+.3f} pp [{change['low']:+.3f}, {change['high']:+.3f}]"
            aligned = name == ALIGNED
            result.append(
                Figure(
                    name=f"space_swap, ranker reads {settings.embedding_interaction}: {name}",
                    work=f"{len(every)} test candidates, {len(settings.seeds)} seeds; {told}",
                    value=value,
                    unit=title,
                    reference="yesterday's network",
                    reference_value=against,
                    ratio=value / against,
                    peak_memory_gb=peak,
                    goal=f"lose less than {LARGEST_LOSS} pp ({told})" if aligned else f"none, for contrast ({told})",
                    met=change["value"] > -LARGEST_LOSS or not aligned,
                )
            )
    return result


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.space_swap", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/latest"), help="folder of a finished daily run")
    parser.add_argument("--seeds", type=int, default=5, help="rankers whose mean counts (default 5)")
    parser.add_argument("--resamples", type=int, default=1000, help="of the bootstrap over users (default 1000)")
    parser.add_argument(
        "--interactions",
        nargs="+",
        choices=get_args(EmbeddingInteraction),
        default=["dot", "product_and_vectors"],
        help="what the rankers read of the embeddings",
    )
    parser.add_argument("--folder", type=Path, help="where networks, embeddings and examples go; removed by default")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        with tempfile.TemporaryDirectory(prefix="space_swap_") as temporary:
            folder = options.folder or Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            finished = finished_run(options.run)
            examples = written_examples(
                finished, swapped_stores(finished, train_networks(finished, folder), folder), folder
            )
            stored = read_meta(finished.artifacts["ranker_with_graph"], "ranker").details["settings"]
            origin = str(finished.artifacts["ranker_with_graph"])
            found: list[Figure] = []
            for interaction in options.interactions:
                changes: dict[str, Any] = {
                    "embedding_interaction": interaction,
                    "seeds": tuple(range(1, options.seeds + 1)),
                }
                settings = parse_settings(RankerSettings, stored | changes, origin)
                found += figures(examples, settings, options.resamples)
        print_figures(found, options.json)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
