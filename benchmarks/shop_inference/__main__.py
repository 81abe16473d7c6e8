"""How far Bayes' rule comes with the simulated shop's logs: python -m benchmarks.shop_inference.

The best possible ROC-AUC of the shop is that of a scorer who is told every user's taste. Nobody who has only logs is
told. This scorer infers users and contents from what happened before the test day, by one who knows how the shop draws
them and is told the styles of contents and all that a moment adds: a yardstick, not a strict bound.
"""

from __future__ import annotations

import argparse

import numpy
import sklearn.metrics

from benchmarks.shop_inference.history import Views, read_views
from benchmarks.shop_inference.inference import infer
from components.command_line import exit_code_of
from components.evaluate_ranker.truth import share_of_possible
from sources.simulated_shop.impressions import Floats
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.truth import mean_auc_per_request
from sources.simulated_shop.world import World


def shares(world: World, seed: int) -> dict[str, dict[str, tuple[float, float]]]:
    """ROC-AUC per request and share of the way to the best possible.

    Args:
        world: The shop.
        seed: Of what is drawn for the inference.

    Returns:
        By scorer, then by part of the test day's views: `all`, `new content` of the test day, `pooled` of all.
    """
    views = read_views(world)
    test = views.rows(views.time >= world.settings.test_start)
    new = world.contents.published_at[test.content] >= world.settings.test_start
    result = {}
    for name, quality_told in (("users and qualities inferred", False), ("qualities told, users inferred", True)):
        shop = infer(world, views, world.settings.test_start, quality_told, seed)
        score = test.expected - test.secret + shop.secret(test.user, test.content)
        result[name] = {
            "all": _reached(test, score),
            "new content": _reached(test.rows(new), score[new]),
            "pooled": _pooled(test, score),
        }
    return result


def _reached(views: Views, score: Floats) -> tuple[float, float]:
    reached, best = (mean_auc_per_request(views.clicked, views.request, one) for one in (score, views.expected))
    return reached, share_of_possible(reached, best)


def _pooled(views: Views, score: Floats) -> tuple[float, float]:
    reached, best = (float(sklearn.metrics.roc_auc_score(views.clicked, one)) for one in (score, views.expected))
    return reached, share_of_possible(reached, best)


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shop_inference", description=__doc__)
    parser.add_argument("--shop-seed", type=int, default=0, help="simulator.seed (default: 0)")
    parser.add_argument("--impressions", type=int, default=600_000, help="simulator.impressions (default: 600000)")
    parser.add_argument("--seed", type=int, default=1, help="of the inference (default: 1)")
    options = parser.parse_args(arguments)

    def run() -> None:
        world = World(SimulatorSettings(seed=options.shop_seed, impressions=options.impressions))
        print("| scorer | all, per request | new content, per request | all, pooled |\n|---|---|---|---|")
        for name, parts in shares(world, options.seed).items():
            cells = [f"{numpy.round(auc, 4)} ({share:.0%})" for auc, share in parts.values()]
            print(f"| {name} | {' | '.join(cells)} |")

    return exit_code_of(run)


if __name__ == "__main__":
    raise SystemExit(main())
