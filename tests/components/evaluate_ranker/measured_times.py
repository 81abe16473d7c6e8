"""What differs between two evaluations of the same artifacts: how long the ranker took."""

from __future__ import annotations

from typing import Any


def without_times(body: dict[str, Any]) -> dict[str, Any]:
    """Removes the measured times from the content of evaluation.json and returns it."""
    body["export"].pop("rank_milliseconds")
    (latency,) = [check for check in body["verdict"]["checks"] if check["name"] == "rank_latency"]
    latency.pop("value")
    return body
