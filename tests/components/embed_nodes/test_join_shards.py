"""Shards: joined they are the undivided run byte for byte, and nothing else is joined."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.embed_nodes import __main__ as embed_command
from components.embed_nodes import join_shards as join_command
from components.embed_nodes.join_shards import join_shards
from components.embed_nodes.shards import Shard
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.step_report import StepReport
from tests.components.embed_nodes.written_graphs import INSTANTS, MINUTE, WrittenWorld


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WrittenWorld:
    """A world with a whole store, three shards, and a fourth of another window."""
    world = WrittenWorld.write(tmp_path_factory.mktemp("world"))
    world.embed("whole")
    for number in (1, 2, 3):
        world.embed(f"shard{number}", shard=number, shards=3)
    world.embed("foreign", shard=2, shards=3, window=4 * MINUTE)
    world.embed("half", shard=2, shards=2)
    world.embed("early", shard=2, shards=3, instants=INSTANTS[:1])
    return world


def join(world: WrittenWorld, *names: str) -> StepReport:
    report = StepReport("join_shards", 0.0)
    join_shards(shards=[world.folder / name for name in names], output=world.folder / "joined", report=report)
    return report


def test_joined_shards_are_the_whole(world: WrittenWorld) -> None:
    report = join(world, "shard3", "shard1", "shard2")
    assert world.contents("joined") == world.contents("whole")
    assert len(world.contents("whole")) == 2 * 4
    vectors = sum(len(EmbeddingStore(world.folder / "whole").read(at, "user").ids) for at in INSTANTS)
    assert report.counts["vectors"] > vectors > 100


def test_shards_from_the_shell(world: WrittenWorld, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first, last = "1970-01-01T00:09:00Z", "1970-01-01T00:10:00Z"
    for number in ("1", "2"):
        command = ["embed_nodes", "--graph", world.folder / "graph", "--network", world.folder / "network"]
        command += ["--output", tmp_path / number, "--first", first, "--last", last, "--refresh", "1m"]
        command += ["--cold-content-views", "3", "--shard", number, "--of", "2"]
        monkeypatch.setattr(sys, "argv", [str(word) for word in command])
        assert embed_command.main() == 0
    command = ["join_shards", "--shards", tmp_path / "2", tmp_path / "1", "--output", tmp_path / "joined"]
    monkeypatch.setattr(sys, "argv", [str(word) for word in command])
    assert join_command.main() == 0
    assert EmbeddingStore(tmp_path / "joined").instants() == INSTANTS


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("shard1", "shard3"), "shard 2 of 3 is missing"),
        (("shard1", "shard2", "shard3", "shard2"), r"shard2: is shard 2 of 3, as is .*shard2"),
        (("shard1", "foreign", "shard3"), "foreign: does not belong to the other shards: its origin"),
        (
            ("shard1", "half", "shard3"),
            "half: does not belong to the other shards: its number of shards is 2, theirs 3",
        ),
        (("shard1", "early", "shard3"), "early: does not belong to the other shards: its refreshes"),
        (("whole",), "whole: holds whole embeddings"),
        ((), "no shards were given"),
    ],
)
def test_what_is_no_whole_is_refused(world: WrittenWorld, names: tuple[str, ...], message: str) -> None:
    before = world.contents("joined")
    folders = [world.folder / name for name in names]
    if names.count("shard2") > 1:  # the same shard under another name
        folders[-1] = world.folder / "again" / "shard2"
        world.embed("again/shard2", shard=2, shards=3)
    with pytest.raises(ContractError, match=message):
        join_shards(shards=folders, output=world.folder / "joined", report=StepReport("join_shards", 0.0))
    assert world.contents("joined") == before


@pytest.mark.parametrize(("shard", "shards"), [(0, 3), (4, 3), (1, 0)])
def test_a_shard_that_does_not_exist_is_refused(world: WrittenWorld, shard: int, shards: int) -> None:
    with pytest.raises(ContractError, match=f"shard {shard} of {shards} does not exist"):
        world.embed("none", shard=shard, shards=shards)
    assert not (world.folder / "none").exists()


@settings(max_examples=100)
@given(count=st.integers(0, 1_000), of=st.integers(1, 50))
def test_ranges_meet_without_a_gap(count: int, of: int) -> None:
    ranges = [Shard(number, of).nodes(count) for number in range(1, of + 1)]
    assert [node for each in ranges for node in range(count)[each]] == list(range(count))
    lengths = [each.stop - each.start for each in ranges]
    assert max(lengths) - min(lengths) <= 1
