"""An untuned LightGBM on the rankers' own records: python -m benchmarks.baseline --examples <examples> [--run <run>].

It tells whether a ranker has learned what its features hold. The model sees the same rows of the same splits, stops on
the same validation rows, and reads the same features, each with its rank in the slate and its difference from the
slate's mean; the graph enters as the dot product of the embeddings.
"""

from __future__ import annotations

import argparse
import json
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy

from components.command_line import exit_code_of
from components.evaluate_ranker.comparators.boosted_trees import PARAMETERS, boosted_trees_scores
from components.evaluate_ranker.comparators.slate_columns import baseline_features, slate_columns
from components.evaluate_ranker.measurement import measure_order
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact

RANKERS = ("without_graph", "with_graph")
METRICS = {"auc": "ROC-AUC, pooled", "auc_per_request": "ROC-AUC, per request"}
TOLERANCE = 0.025
"""How far a ranker may lie below LightGBM: the distance of the goals 0.82 and 0.76 from its 0.844 and 0.785."""

Scores = dict[str, dict[str, float]]
"""Metrics by ranker."""


def baseline_scores(examples: ExampleArtifact) -> Scores:
    """Trains both models and measures them on the test split.

    Args:
        examples: From write_examples.

    Returns:
        `auc` and `auc_per_request` of LightGBM without and with the graph's features.
    """
    names = [feature.name for feature in baseline_features(with_graph=True)]
    splits = {split: read_record_columns(examples, split, names) for split in SPLITS}
    return {ranker: _score(splits, with_graph=ranker == "with_graph") for ranker in RANKERS}


def _score(splits: Mapping[str, RecordColumns], with_graph: bool) -> dict[str, float]:
    columns = {split: slate_columns(part, with_graph) for split, part in splits.items()}
    clicked = {split: part.clicked for split, part in splits.items()}
    scores, test = boosted_trees_scores(columns, clicked, PARAMETERS), splits["test"]
    return measure_order(scores[None, :], test, numpy.ones(len(test.clicked), numpy.bool_)).metrics


def run_scores(run: Path, examples: ExampleArtifact) -> Scores:
    """The rankers' own metrics from a run's report.

    Raises:
        ContractError: There is no report, or it is of another `as_of` than the examples.
    """
    path = run / "report.json"
    if not path.is_file():
        raise ContractError(f"{path}: not found; --run takes the folder of a finished run such as runs/latest")
    report = json.loads(path.read_text(encoding="utf-8"))
    if report["as_of"] != examples.meta.as_of:
        raise ContractError(
            f"{path}: is of {report['as_of']}, {examples.folder} of {examples.meta.as_of}; take both from one run"
        )
    return {ranker: {metric: report["rankers"][ranker][metric] for metric in METRICS} for ranker in RANKERS}


def figures(examples: ExampleArtifact, baseline: Scores, rankers: Scores | None) -> list[dict[str, Any]]:
    """The benchmark's figures as objects for --json.

    Args:
        examples: What was measured on.
        baseline: Of LightGBM.
        rankers: Of the deep & cross rankers; without them LightGBM with the graph is held against itself without.
    """
    counts = examples.details.candidates
    work = f"{counts['train']} training and {counts['test']} test candidates as of {examples.meta.as_of}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # kilobytes on Linux
    result = []
    for metric, title in METRICS.items():
        if rankers is None:
            pairs = [
                (baseline["with_graph"], baseline["without_graph"], "LightGBM with graph", "LightGBM without graph")
            ]
        else:
            pairs = [
                (
                    rankers[name],
                    baseline[name],
                    f"ranker {name.replace('_', ' ')}",
                    f"LightGBM {name.replace('_', ' ')}",
                )
                for name in RANKERS
            ]
        for value, reference, who, reference_name in pairs:
            goal = reference[metric] - (TOLERANCE if rankers is not None else 0)
            result.append(
                {
                    "name": f"baseline: {who}",
                    "work": work,
                    "value": round(value[metric], 5),
                    "unit": title,
                    "reference": reference_name,
                    "reference_value": round(reference[metric], 5),
                    "ratio": round(value[metric] / reference[metric], 5),
                    "peak_memory_gb": round(peak, 3),
                    "goal": f"at least {goal:.4f}",
                    "met": bool(value[metric] >= goal),
                }
            )
    return result


def table(baseline: Scores, rankers: Scores | None) -> str:
    """The figures beside each other, for people."""
    lines = [f"{'':32}{'without graph':>15}{'with graph':>15}{'difference':>15}"]
    rows = {"LightGBM": baseline} | ({} if rankers is None else {"ranker": rankers})
    for who, scores in rows.items():
        for metric, title in METRICS.items():
            without, with_graph = (scores[ranker][metric] for ranker in RANKERS)
            change = f"{100 * (with_graph - without):+.2f} pp"
            lines.append(f"{f'{who}, {title}':32}{without:>15.4f}{with_graph:>15.4f}{change:>15}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.baseline", description=__doc__)
    parser.add_argument("--examples", type=Path, required=True, help="examples artifact")
    parser.add_argument("--run", type=Path, help="folder of a finished run, for its rankers' figures")
    parser.add_argument("--json", action="store_true", help="end with the figures as one line of JSON")
    options = parser.parse_args(arguments)

    def run() -> None:
        examples = ExampleArtifact(options.examples)
        rankers = run_scores(options.run, examples) if options.run else None
        baseline = baseline_scores(examples)
        print(table(baseline, rankers))
        if options.json:
            print(json.dumps(figures(examples, baseline, rankers)))

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
