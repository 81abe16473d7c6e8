"""The leak test for every choice of the network: each encoder, sampler and loss once, the others at their default.

On coin flips no variant may tell held-out clicks from held-out views: its ROC-AUC must lie around 0.5 within its own
99.9 % interval over users. One sabotage breaks the rules of time and must be caught, or the graph is too small to tell.
"""

from __future__ import annotations

from typing import Any

import pytest

from components.evaluate_ranker.bootstrap import auc_interval
from components.evaluate_ranker.metrics import roc_auc
from components.train_gnn.encoders.registry import ENCODERS
from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.losses.registry import LOSSES
from components.train_gnn.sampler import time_respecting_sampler
from components.train_gnn.sampler.time_respecting_sampler import seed_instants
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.train import train_network
from schemas.graph_artifact import Edges, EdgeType
from schemas.instants import DAY, Instant
from tests.e2e.coin_flip_graph import DAYS, coin_flip_tables

LEVEL = 0.999
RESAMPLES = 10_000

DEFAULT: dict[str, Any] = {
    "embedding_size": 16,
    "lstm_hidden_size": 8,
    "fan_out": (6, 3),
    "epochs": 2,
    "learning_rate": 0.01,
    # More supervised pairs than by default, half of them held out: the interval is as narrow as so few clicks allow.
    "disjoint_train_ratio": 0.5,
    "held_out_share": 0.5,
}
VARIANTS: dict[str, dict[str, Any]] = {
    **{f"encoder {name}": {"encoder": name} for name in sorted(ENCODERS)},
    **{f"sampler {name}": {"sampler": {"strategy": name}} for name in ("recency", "importance")},
    **{f"loss {name}": {"loss": {"name": name}} for name in sorted(LOSSES) if name != "bce"},
    **{
        f"loss {name}, negatives in the batch": {"loss": {"name": name, "in_batch_negatives": True}}
        for name in sorted(LOSSES)
    },
    "attention over articles": {"inputs": {"content_pooling": "attention"}},
    "cold start": {
        "cold_start": {"hidden_edge_share": 0.2, "cold_views": 20, "cold_brand_fan_out": 20, "cold_oversampling": 2.0}
    },
}
"""What each changes; `encoder contrast` changes nothing and stands for `uniform` and `bce` as well."""


@pytest.fixture(scope="module")
def tables() -> GraphTables:
    return coin_flip_tables(seed=23)


def held_out_auc(tables: GraphTables, changed: dict[str, Any]) -> tuple[float, float, float]:
    """ROC-AUC on the held-out pairs after training, and its interval."""
    settings = NetworkSettings.model_validate(DEFAULT | changed)
    trained = train_network(tables, DAYS * DAY, settings)
    links = trained.supervision.held_out
    clicked = links.label > 0
    low, high = auc_interval(trained.held_out_score, clicked, links.user, LEVEL, RESAMPLES)
    assert trained.held_out_score.std() > 0
    return roc_auc(trained.held_out_score, clicked), low, high


@pytest.mark.parametrize("changed", VARIANTS.values(), ids=VARIANTS.keys())
def test_held_out_pairs_are_coin_flips(tables: GraphTables, changed: dict[str, Any]) -> None:
    auc, low, high = held_out_auc(tables, changed)
    assert low <= 0.5 <= high, (
        f"ROC-AUC {auc:.4f} [{low:.4f}, {high:.4f}] on coin flips with {changed}: something leaks"
    )
    assert high - low < 0.1, "too few clicks to tell"


def test_a_sabotage_is_caught(tables: GraphTables, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair's own edge reaches its message: supervised pairs are not removed, and `<=` stands where `<` must."""

    def all_edges(edges: dict[EdgeType, Edges], _supervision: object, end: Instant) -> dict[EdgeType, Edges]:
        return {edge_type: relation.select(relation.time < end) for edge_type, relation in edges.items()}

    monkeypatch.setattr(time_respecting_sampler, "message_edges", all_edges)
    monkeypatch.setattr(time_respecting_sampler, "seed_instants", lambda time: seed_instants(time) + 1)
    auc, low, high = held_out_auc(tables, {})
    assert low > 0.5, f"the sabotage went unnoticed: ROC-AUC {auc:.4f} [{low:.4f}, {high:.4f}]"
