"""A training that takes a second: a random graph over ten hours, with clicks that its features explain."""

from __future__ import annotations

import dataclasses
from typing import Any

from components.train_gnn.graph_tables import GraphTables
from components.train_gnn.settings import NetworkSettings, SamplerSettings, TrainingSettings
from schemas.instants import MICROSECONDS
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables

HOUR = MICROSECONDS["h"]
SCALE = 10 * HOUR // LAST_INSTANT
NETWORK_END = 10 * HOUR


def tiny_tables(seed: int = 0) -> GraphTables:
    """random_tables, with its thousand instants spread over ten hours."""
    tables = random_tables(seed, users=40, contents=15, views=900)
    return dataclasses.replace(
        tables,
        edges={
            edge_type: dataclasses.replace(edges, time=edges.time * SCALE) for edge_type, edges in tables.edges.items()
        },
        orders=dataclasses.replace(tables.orders, time=tables.orders.time * SCALE),
    )


def tiny_settings(training: dict[str, Any] | None = None, **options: Any) -> NetworkSettings:
    """Settings for tiny_tables: two epochs of about a dozen batches, validated on the last two hours."""
    defaults: dict[str, Any] = {
        "embedding_size": 8,
        "lstm_hidden_size": 4,
        "fan_out": (3, 2),
        "batch_links": 32,
        "disjoint_train_ratio": 0.7,
        "epochs": 2,
        "sampler": SamplerSettings(threads=1, prefetch=0),
    }
    stopping = TrainingSettings.model_validate(
        {"validation_span": "2h", "validation_clicks": 5, "patience": 0, "device": "cpu"} | (training or {})
    )
    return NetworkSettings.model_validate(defaults | options | {"training": stopping})
