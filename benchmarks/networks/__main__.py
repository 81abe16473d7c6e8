"""Compares networks, samplers, losses and plain comparators on a finished run of the daily pipeline.

python -m benchmarks.networks --run runs/latest --output build/networks

Each variant is trained on the run's first days and embedded at every refresh, as the pipeline does it. The table shows
the ROC-AUC of its score alone and what it adds to a ranker without the graph, with 95 % intervals over users. Finished
variants are kept in the output folder and not measured again.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.networks.finished_run import FinishedRun, read_run
from benchmarks.networks.kept_outcomes import KeptOutcomes
from benchmarks.networks.outcome_table import outcome_table
from benchmarks.networks.ranker_lift import Outcome, RankerBaseline
from benchmarks.networks.variants import COMPARATORS, NETWORKS, SEEDLESS, network_settings, scorer_of
from components.command_line import exit_code_of
from components.evaluate_ranker.comparators.scorer import score_rows
from components.train_gnn.threads import use_threads
from schemas.instants import format_instant


def compare(run: FinishedRun, names: Sequence[str], seeds: int, rankers: int, kept: KeptOutcomes) -> dict[str, Outcome]:
    """Measures variants and keeps each outcome as soon as it is there.

    Args:
        run: The finished run.
        names: Of the variants.
        seeds: Networks trained for each.
        rankers: Rankers that each side averages.
        kept: Outcomes that are there already.
    """
    baseline = None
    outcomes = {}
    for name in names:
        made_of: dict[str, Any] = {
            "as_of": format_instant(run.as_of),
            "rows": {split: len(rows.refresh) for split, rows in run.rows.items()},
            "seeds": 1 if name in SEEDLESS else seeds,
            "rankers": rankers,
            "settings": None if name in COMPARATORS else network_settings(name, 0).model_dump(mode="json"),
        }
        outcome = kept.read(name, made_of)
        if outcome is None:
            baseline = baseline or RankerBaseline(run.rows, rankers)
            outcome = baseline.outcome(
                [
                    {split: score_rows(scorer, rows, f"{name}, {split}") for split, rows in run.rows.items()}
                    for scorer in (scorer_of(name, run, seed) for seed in range(made_of["seeds"]))
                ]
            )
            kept.write(name, made_of, outcome)
        outcomes[name] = outcome
    return outcomes


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.networks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("runs/latest"), help="folder of a finished daily run")
    parser.add_argument("--output", type=Path, default=Path("build/networks"), help="keeps the finished variants")
    parser.add_argument("--variants", nargs="+", default=[*COMPARATORS, *NETWORKS], help="which lines to measure")
    parser.add_argument("--seeds", type=int, default=3, help="networks trained for each variant")
    parser.add_argument("--rankers", type=int, default=5, help="rankers that each side averages")
    options = parser.parse_args(arguments)

    def run() -> None:
        use_threads(1)
        kept = KeptOutcomes(options.output)
        outcomes = compare(read_run(options.run), options.variants, options.seeds, options.rankers, kept)
        table = outcome_table(outcomes)
        (options.output / "table.md").write_text(table + "\n", encoding="utf-8")
        print(table)

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
