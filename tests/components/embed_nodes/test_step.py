"""The step: what it writes is the same with and without what came before, and it says what it recomputed."""

from __future__ import annotations

import shutil

import numpy
import pytest

from components.embed_nodes.settings import EmbeddingSettings
from schemas.artifact_meta import FILE_NAME, read_meta
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.instants import format_instant
from tests.components.embed_nodes.written_graphs import INSTANTS, MINUTE, WrittenWorld


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> WrittenWorld:
    world = WrittenWorld.write(tmp_path_factory.mktemp("world"))
    world.embed("scratch", settings=EmbeddingSettings(incremental=False))
    return world


def test_from_refresh_to_refresh_and_in_parts_the_bytes_are_those_of_scratch(
    world: WrittenWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = EmbeddingSettings(nodes_at_a_time=30, edges_at_a_time=50)
    report = world.embed("refreshed", settings=parts)
    assert world.contents("refreshed") == world.contents("scratch")
    assert report.counts["recomputed"] < report.counts["vectors"]
    assert "recomputed everything" not in capsys.readouterr().out
    report = world.embed("again", settings=EmbeddingSettings(incremental=False))
    assert report.counts["recomputed"] == report.counts["vectors"]
    assert "every refresh recomputed everything: the setting 'incremental' is off" in capsys.readouterr().out


def test_an_earlier_store_saves_work_and_changes_no_byte(world: WrittenWorld) -> None:
    scratch = world.embed("later_from_scratch", instants=INSTANTS[1:])
    earlier = world.folder / "scratch"
    report = world.embed("later", instants=INSTANTS[1:], earlier=earlier, earlier_instant=INSTANTS[0])
    assert world.contents("later") == world.contents("later_from_scratch")
    assert 0 < report.counts["recomputed"] < scratch.counts["recomputed"]
    report = world.embed("same", instants=INSTANTS[1:], earlier=earlier)  # the last one at or before it: itself
    assert world.contents("same") == world.contents("later_from_scratch")
    assert report.counts["recomputed"] == 0


def test_every_instant_that_the_earlier_store_holds_is_taken_over(world: WrittenWorld) -> None:
    """A refresh asks for those of the refresh before as well: only the newest one is work."""
    newest = INSTANTS[1] + MINUTE
    scratch = world.embed("three_from_scratch", instants=[*INSTANTS, newest])
    report = world.embed("three", instants=[*INSTANTS, newest], earlier=world.folder / "scratch")
    assert world.contents("three") == world.contents("three_from_scratch")
    alone = world.embed("newest", instants=[newest], earlier=world.folder / "three", earlier_instant=INSTANTS[1])
    assert 0 < report.counts["recomputed"] == alone.counts["recomputed"] < scratch.counts["recomputed"] / 2


def test_a_store_that_is_not_there_or_knows_too_much_is_refused(world: WrittenWorld) -> None:
    earlier = world.folder / "scratch"
    with pytest.raises(ContractError, match=r"no embeddings of space .* as of 1970-01-01T00:03:00Z"):
        world.embed("refused", earlier=earlier, earlier_instant=3 * MINUTE)
    with pytest.raises(ContractError, match=r"at or before 1970-01-01T00:05:00Z \(spaces there: space="):
        world.embed("refused", instants=[5 * MINUTE], earlier=earlier)
    with pytest.raises(ContractError, match=f"later than {format_instant(INSTANTS[0])}"):
        world.embed("refused", earlier=earlier, earlier_instant=INSTANTS[1])
    assert not (world.folder / "refused").exists()


def test_a_store_of_other_weights_of_the_same_space_is_refused(world: WrittenWorld) -> None:
    """Its vectors may not stand beside this network's, though both are of one space."""
    shutil.copytree(world.folder / "scratch", world.folder / "other_weights")
    store = EmbeddingStore(world.folder / "other_weights")
    weights = store.meta(INSTANTS[0]).details["weights"]
    assert weights == read_meta(world.folder / "network", "network").details["weights"]
    path = store.folder(INSTANTS[0]) / FILE_NAME
    path.write_text(path.read_text().replace(f'"weights": "{weights}"', '"weights": "of another day"'))
    with pytest.raises(ContractError, match=f"weights of another day of space .* has weights {weights}"):
        world.embed("refused", instants=INSTANTS[1:], earlier=store.root, earlier_instant=INSTANTS[0])
    assert not (world.folder / "refused").exists()


def test_only_nodes_that_exist_are_written(world: WrittenWorld) -> None:
    store = EmbeddingStore(world.folder / "scratch")
    counts = [len(store.read(instant, "user").ids) for instant in INSTANTS]
    assert 0 < counts[0] < counts[1] < 140


def test_meta_names_the_youngest_edge_or_order_that_went_in(world: WrittenWorld) -> None:
    """What the leak audit of the ranking examples rests on, against every time of the graph's files (rule 8)."""
    files = [
        *(world.folder / "graph" / "edges").glob("*/time.npy"),
        world.folder / "graph" / "features/orders/time.npy",
    ]
    times = numpy.concatenate([numpy.load(file) for file in files])
    store = EmbeddingStore(world.folder / "scratch")
    for instant in INSTANTS:
        youngest = int(times[times < instant].max())
        assert store.meta(instant).largest_event_time == format_instant(youngest)
