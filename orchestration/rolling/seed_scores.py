"""One test day with one seed: a network, its embeddings, and at each refresh everybody's scores of the test rows.

`python -m orchestration.rolling.seed_scores <task.json>` is what side_by_side runs.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from components.command_line import exit_code_of
from orchestration.rolling.child_process import end_with_the_parent
from orchestration.rolling.day_inputs import REPLAY_GRAPH, TRAIN_GRAPH
from orchestration.rolling.kept_scores import KeptScores, read_kept_scores, write_kept_scores
from orchestration.rolling.kept_steps import KeptSteps
from orchestration.rolling.refresh_scores import EMBEDDINGS, score_refresh
from orchestration.rolling.seed_task import SeedTask
from schemas.instants import format_instant
from schemas.settings import parse_settings
from schemas.step_report import StepReport

NETWORK = "network"


def make_seed_scores(task: SeedTask) -> None:
    """Computes the scores, as far as an earlier process that was killed did not get.

    What lies between (the network, embeddings of every refresh, examples) is kept beside the output until that stands.

    Args:
        task: The day and the seed.

    Raises:
        ContractError: A step refuses its input.
    """
    if task.output.is_dir():
        return
    working = task.output.with_name(f"{task.output.name}.working")
    steps = KeptSteps(working)
    steps.run("train_gnn", lambda report: _train_network(task, working, report))
    steps.run("embed_nodes", lambda report: _embed(task, working, report))
    for refresh in task.refreshes:
        score_refresh(task, refresh, working, steps)
    parts = [read_kept_scores(working / refresh) for refresh in task.refreshes]
    _write(task, parts, steps)
    shutil.rmtree(working)


def _train_network(task: SeedTask, working: Path, report: StepReport) -> None:
    # Torch is imported here, as each step alone does it.
    from components.train_gnn.step import train_gnn

    sampler = task.network.sampler.model_copy(update={"threads": 1})
    train_gnn(
        graph=task.inputs / TRAIN_GRAPH,
        output=working / NETWORK,
        network_end=task.moments.network_end,
        settings=task.network.model_copy(update={"seed": task.seed, "threads": 1, "sampler": sampler}),
        report=report,
    )


def _embed(task: SeedTask, working: Path, report: StepReport) -> None:
    """On the grid of the shortest refresh, whose versions the longer ones choose from."""
    from components.embed_nodes.step import embed_nodes

    moments = task.moments
    embed_nodes(
        graph=task.inputs / REPLAY_GRAPH,
        network=working / NETWORK,
        output=working / EMBEDDINGS,
        instants=moments.refresh_instants,
        window=moments.as_of - moments.window_start,
        cold_content_views=task.cold_content_views,
        settings=task.embedding.model_copy(update={"threads": 1}),
        report=report,
    )


def _write(task: SeedTask, parts: list[KeptScores], steps: KeptSteps) -> None:
    """Joins the refreshes: every one of them scores the same rows."""
    meta = {
        "as_of": format_instant(task.moments.as_of),
        "seed": task.seed,
        "vocabularies": parts[-1].meta["vocabularies"],
        "steps": steps.done(),
    }
    scores = {refresh: of_refresh for part in parts for refresh, of_refresh in part.scores.items()}
    write_kept_scores(task.output, parts[-1].rows, scores, meta)


def main(arguments: list[str]) -> int:
    """The command line.

    Args:
        arguments: The file that holds a SeedTask; with `--child` after it, the process ends with its standard input.
    """
    if "--child" in arguments:
        end_with_the_parent()
    values = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    return exit_code_of(lambda: make_seed_scores(parse_settings(SeedTask, values, arguments[0])))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
