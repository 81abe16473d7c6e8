"""Draws of one subject never move those of another."""

from __future__ import annotations

from sources.simulated_shop.streams import stream


def test_streams_repeat_and_differ_by_seed_subject_and_part() -> None:
    keys: list[tuple[int, str, tuple[int, ...]]] = [
        (0, "users", ()),
        (1, "users", ()),
        (0, "orders", ()),
        (0, "users", (1,)),
        (0, "users", (2,)),
    ]
    draws = [stream(seed, subject, *parts).integers(0, 2**62) for seed, subject, parts in keys]
    assert draws == [stream(seed, subject, *parts).integers(0, 2**62) for seed, subject, parts in keys]
    assert len(set(draws)) == len(keys)
