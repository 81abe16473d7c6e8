"""How a channel to the server is opened, and the method that is called on it."""

from __future__ import annotations

from typing import Any

PREDICT = "/tensorflow.serving.PredictionService/Predict"

LARGEST_MESSAGE = 16 << 20
"""Bytes; 10,000 candidates and events with ids of 256 characters stay below it."""

CHANNEL_OPTIONS: list[tuple[str, Any]] = [
    # Load balancers drop silent connections; a dead one is noticed by its missing answer.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.max_pings_without_data", 0),
    # The client retries itself: it knows its deadline and counts.
    ("grpc.enable_retries", 0),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.max_send_message_length", LARGEST_MESSAGE),
    ("grpc.max_receive_message_length", LARGEST_MESSAGE),
]


def serialized(message: bytes) -> bytes:
    """The message as it is: it is serialized once, however often it is sent."""
    return message
