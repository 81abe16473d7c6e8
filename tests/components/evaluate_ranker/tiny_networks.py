"""The meta.json of a network artifact, as far as an evaluation reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.instants import HOUR, format_instant, parse_instant
from tests.components.evaluate_ranker.tiny_examples import AS_OF, SPACE

TEST_GRAPH_PART: dict[str, Any] = {
    "candidates": 700,
    "clicks": 60,
    "auc": 0.5871,
    "auc_per_request": None,
    "intervals": {"auc": {"low": 0.55, "high": 0.62}, "auc_per_request": {"low": None, "high": None}},
}
NETWORK_DETAILS: dict[str, Any] = {
    "curves": {"training_loss": [0.7, 0.6, 0.5], "held_out_auc": [0.5, 0.6, 0.62]},
    "settings": {"encoder": "contrast", "loss": {"name": "bce", "in_batch_negatives": False}},
    "log_odds": {"scale": 1.3, "bias": -0.4, "unclicked_share": 0.5, "uncalibrated_because": None},
    "test_graph": {
        "as_of": "2026-03-10T00:00:00Z",
        "window_start": AS_OF,
        "links": 2345,
        "silent_pairs": 650,
        "level": 0.95,
        **TEST_GRAPH_PART,
        "slices": {"cold_users": {**TEST_GRAPH_PART, "auc": 0.5432}},
    },
}
"""What train_gnn writes, shortened."""


def write_tiny_network(folder: Path, space: str = SPACE, **details: Any) -> Path:
    """Writes the meta.json of a network; `details` replace those of NETWORK_DETAILS."""
    folder.mkdir(parents=True)
    meta = ArtifactMeta(
        kind="network",
        as_of=format_instant(parse_instant(AS_OF) - 72 * HOUR),
        largest_event_time=None,
        space=space,
        details={**NETWORK_DETAILS, **details},
    )
    write_meta(folder, meta)
    return folder
