"""What a simulated shop's truth adds to the ranker without the graph: python -m benchmarks.taste_ceiling --run <run>.

No network knows a user's taste better than the shop that made it up. The lift of a ranker that is told it bounds what
any graph network can add, before anything is trained; that of the network's own dot product stands beside it. Between
them stands what the logs betray of taste at each refresh to one who knows how the shop draws everything.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy
import numpy.typing
import pyarrow
import pyarrow.compute

from benchmarks.networks.finished_run import read_run
from benchmarks.networks.outcome_table import outcome_table
from benchmarks.networks.ranker_lift import RankerBaseline
from benchmarks.shop_inference.history import read_views
from benchmarks.shop_inference.taste_at_refreshes import TasteAtRefreshes
from components.command_line import exit_code_of
from components.evaluate_ranker.comparators.ranking_rows import RankingRows
from components.evaluate_ranker.comparators.slate_columns import baseline_features, slate_columns
from components.evaluate_ranker.record_columns import read_record_columns
from orchestration.run_folder import artifacts_of
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.graph_artifact import FloatArray, IntArray
from schemas.settings import parse_settings
from sources.simulated_shop.log_tables import content_ids, user_ids
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World

Truth = Callable[[IntArray, IntArray], FloatArray]
"""From the numbers of users and contents [rows] to a score [rows]."""


def truths(world: World) -> dict[str, Truth]:
    """What a ranker may be told, by name; each on the scale of the logit of a click, up to a constant."""
    settings, users, contents = world.settings, world.users, world.contents

    def taste(user: IntArray, content: IntArray) -> FloatArray:
        agreement = numpy.einsum("rd,rd->r", users.taste[user], contents.style[content])
        scaled: FloatArray = (settings.taste * agreement / agreement.std()).astype(numpy.float32)
        return scaled

    def appeal(user: IntArray, content: IntArray) -> FloatArray:
        quality: FloatArray = (settings.quality * contents.quality[content]).astype(numpy.float32)
        return taste(user, content) + quality

    def lasting(user: IntArray, content: IntArray) -> FloatArray:
        kind = settings.kind_preference * users.kind_preference[user, contents.kind[content]]
        of_user: FloatArray = (kind + settings.habit * users.habit[user]).astype(numpy.float32)
        return appeal(user, content) + of_user

    return {
        "the true taste": taste,
        "and the content's true quality": appeal,
        "and the user's preference of kinds and inclination to click": lasting,
    }


def scores_of(truth: Truth, world: World, rows: Mapping[str, RankingRows]) -> dict[str, FloatArray]:
    """A truth of every row, by split."""
    return {split: truth(*_pairs(part, world)) for split, part in rows.items()}


def inferred_tastes(world: World, rows: Mapping[str, RankingRows], seed: int) -> dict[str, dict[str, FloatArray]]:
    """What one who is told everything but users' tastes infers of them, for every row, by name and split."""
    tastes = TasteAtRefreshes(world, read_views(world), seed)
    names = ("taste inferred from orders and follows", "and from views and clicks")
    result: dict[str, dict[str, FloatArray]] = {name: {} for name in names}
    for split, part in rows.items():
        for name, score in zip(names, tastes.scores(*_pairs(part, world), part.refresh), strict=True):
            result[name][split] = score
    return result


def dot_products(examples: ExampleArtifact, splits: Mapping[str, RankingRows]) -> dict[str, FloatArray]:
    """The dot product of the recorded embeddings of every row, by split."""
    names = [feature.name for feature in baseline_features(with_graph=True)]
    return {
        split: slate_columns(read_record_columns(examples, split, names), with_graph=True)["embedding_dot"]
        for split in splits
    }


def _pairs(rows: RankingRows, world: World) -> tuple[IntArray, IntArray]:
    """Numbers of the user and the content of every row."""
    return _numbers(rows, "user_id", user_ids(world)), _numbers(rows, "content_id", content_ids(world))


def _numbers(rows: RankingRows, name: str, known: pyarrow.Array) -> IntArray:
    found = pyarrow.compute.index_in(pyarrow.array(rows.columns.values[name]).cast(known.type), value_set=known)
    if found.null_count:
        raise ContractError(
            f"{found.null_count:,} rows name a {name} that the shop of the run's settings does not have"
        )
    numbers: IntArray = found.to_numpy().astype(numpy.int64)
    return numbers


def _world_of(run: Path) -> World:
    path = run / "report.json"
    if not path.is_file():
        raise ContractError(f"{path}: not found; give the folder of a finished daily run, such as runs/latest")
    configuration = json.loads(path.read_text(encoding="utf-8"))["config"]
    if configuration["source"] != "simulator":
        raise ContractError(f"{path}: source is '{configuration['source']}'; only the simulator tells its truth")
    return World(parse_settings(SimulatorSettings, configuration["simulator"], str(path)))


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.taste_ceiling", description=__doc__)
    parser.add_argument("--run", type=Path, default=Path("runs/latest"), help="folder of a finished daily run")
    parser.add_argument("--rankers", type=int, default=3, help="rankers that each side averages (default: 3)")
    parser.add_argument("--seed", type=int, default=1, help="of the inference of tastes (default: 1)")
    options = parser.parse_args(arguments)

    def run() -> None:
        world, finished = _world_of(options.run), read_run(options.run)
        baseline = RankerBaseline(finished.rows, options.rankers)
        examples = ExampleArtifact(artifacts_of(options.run)["examples"])
        scores = {"the network's dot product": dot_products(examples, finished.rows)}
        scores |= inferred_tastes(world, finished.rows, options.seed)
        scores |= {name: scores_of(truth, world, finished.rows) for name, truth in truths(world).items()}
        print(outcome_table({name: baseline.outcome([score]) for name, score in scores.items()}))

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
