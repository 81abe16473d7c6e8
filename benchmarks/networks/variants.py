"""What is compared: the default network, the same with one thing changed, and scores that need no network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.networks.finished_run import FinishedRun
from benchmarks.networks.matrix_factorization import MatrixFactorization
from benchmarks.networks.network_scorer import trained_scorer
from components.evaluate_ranker.comparators.collaborative_filtering import CollaborativeFiltering
from components.evaluate_ranker.comparators.scorer import Scorer
from components.train_gnn.settings import NetworkSettings
from schemas.errors import ContractError

NETWORKS: dict[str, dict[str, Any]] = {
    "default": {},
    "untrained": {"epochs": 0},
    "encoder sage": {"encoder": "sage"},
    "encoder gat": {"encoder": "gat"},
    "encoder hgt": {"encoder": "hgt"},
    "encoder lightgcn": {"encoder": "lightgcn"},
    "encoder pinsage": {"encoder": "pinsage"},
    "sampler recency": {"sampler": {"strategy": "recency"}},
    "sampler importance": {"sampler": {"strategy": "importance"}},
    "loss bpr": {"loss": {"name": "bpr"}},
    "loss softmax": {"loss": {"name": "softmax"}},
    "loss bce and in-batch negatives": {"loss": {"in_batch_negatives": True}},
    "all orders count the same": {"inputs": {"rarity_power": 0}},
    "mean over 25 orders": {"inputs": {"pooled_orders": 25}},
    "no declared attributes": {"inputs": {"attributes": False}},
    "shrinkage starts at 3": {"initial_shrinkage": 3},
    "messages halve in a day": {"messages": {"half_life": "1d"}},
    "clicks weigh by dwell": {"messages": {"dwell": True}},
    "users of unit length": {"unit_length": "user"},
    "a fifth trained with hidden edges": {"cold_start": {"hidden_edge_share": 0.2}},
}
"""Changes of NetworkSettings by the name of the variant."""

COMPARATORS: dict[str, Callable[[FinishedRun, int], Scorer]] = {
    "collaborative filtering": lambda run, _: CollaborativeFiltering(run.replay_graph, run.window),
    "collaborative filtering, rare items count more": lambda run, _: CollaborativeFiltering(
        run.replay_graph, run.window, shrinkage=1.0, against_viewers=False, rarity_power=2.0
    ),
    "matrix factorization (BPR)": MatrixFactorization,
}
"""From a run and a seed."""

SEEDLESS = ("collaborative filtering", "collaborative filtering, rare items count more")


def scorer_of(name: str, run: FinishedRun, seed: int) -> Scorer:
    """Makes what one line of the table measures.

    Args:
        name: Of NETWORKS or COMPARATORS.
        run: What it learns from.
        seed: Of everything random.

    Raises:
        ContractError: There is no variant of that name.
    """
    if name in COMPARATORS:
        return COMPARATORS[name](run, seed)
    return trained_scorer(run, network_settings(name, seed))


def network_settings(name: str, seed: int) -> NetworkSettings:
    """The settings of a network.

    Raises:
        ContractError: There is no variant of that name.
    """
    if name not in NETWORKS:
        raise ContractError(f"variant '{name}' is unknown; choose from {', '.join([*COMPARATORS, *NETWORKS])}")
    return NetworkSettings.model_validate(NETWORKS[name] | {"seed": seed})
