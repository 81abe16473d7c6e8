"""Bad input is refused with its name and the remedy, and nothing is written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest

from schemas.artifact_meta import FILE_NAME
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.instants import DAY, HOUR, Instant, format_instant
from schemas.timeline import Timeline
from tests.components.write_examples.small_world import (
    SPACE,
    TIMELINE,
    World,
    examples_of,
    impressions_frame,
    world_tables,
    write_world,
)

NOON = TIMELINE.as_of + 12 * HOUR


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"), world_tables())


@pytest.fixture
def world(whole: World, tmp_path: Path) -> World:
    """A copy that a test may damage."""
    shutil.copytree(whole.logs, tmp_path / "logs")
    shutil.copytree(whole.embeddings, tmp_path / "embeddings")
    return World(whole.tables, tmp_path / "logs", tmp_path / "embeddings")


def refuses(world: World, *words: str, timeline: Timeline = TIMELINE) -> None:
    output = world.logs.parent / "examples"
    with pytest.raises(ContractError) as caught:
        examples_of(world, output, timeline)
    for word in words:
        assert word in str(caught.value)
    assert {path.name for path in output.parent.iterdir()} <= {"logs", "embeddings"}, "something was written"


def change_meta(world: World, instant: Instant, change: Callable[[dict[str, Any]], object]) -> None:
    path = world.store.folder(instant) / FILE_NAME
    meta = json.loads(path.read_text())
    change(meta)
    path.write_text(json.dumps(meta))


def test_a_missing_refresh(world: World) -> None:
    shutil.rmtree(world.store.folder(NOON))
    refuses(world, format_instant(NOON), SPACE, "embed_nodes")


def test_embeddings_that_saw_their_own_refresh(world: World) -> None:
    change_meta(world, NOON, lambda meta: meta.update(largest_event_time=format_instant(NOON)))
    refuses(world, format_instant(NOON), "not before its as_of")


def test_embeddings_of_another_instant(world: World) -> None:
    change_meta(world, NOON, lambda meta: meta.update(as_of=format_instant(NOON + HOUR)))
    refuses(world, format_instant(NOON), format_instant(NOON + HOUR))


def test_embeddings_of_another_space(world: World) -> None:
    change_meta(world, NOON, lambda meta: meta.update(space="another"))
    refuses(world, SPACE, "another")


def test_embeddings_of_two_networks_of_one_space_are_named(world: World) -> None:
    """They may meet, as a day's network may go on in the space of the one before; the examples say so."""
    change_meta(world, NOON, lambda meta: meta["details"].update(weights="of-today"))
    examples_of(world, world.logs.parent / "examples", TIMELINE)
    assert ExampleArtifact(world.logs.parent / "examples").details.weights == ("of-today", SPACE)


def test_two_spaces_side_by_side(world: World) -> None:
    (world.embeddings / "space=another").mkdir()
    refuses(world, "exactly one space", "another")


@pytest.mark.parametrize("late", [1, DAY])
def test_weights_that_are_younger_than_a_refresh(world: World, late: int) -> None:
    young = format_instant(TIMELINE.network_end + late)
    change_meta(world, TIMELINE.network_end, lambda meta: meta["details"].update(weights_known_before=young))
    refuses(world, young, format_instant(TIMELINE.network_end), "network_end")


def test_weights_of_unknown_age(world: World) -> None:
    change_meta(world, NOON, lambda meta: meta["details"].clear())
    refuses(world, "weights_known_before")


def test_a_split_without_requests(tmp_path: Path) -> None:
    tables = world_tables()
    tables["impressions"] = tables["impressions"][impressions_frame(tables)["time"] < TIMELINE.as_of]
    refuses(write_world(tmp_path, tables), "test split has no request", format_instant(TIMELINE.test_end))


def test_no_training_days(tmp_path: Path) -> None:
    tables = world_tables()
    time = impressions_frame(tables)["time"]
    tables["impressions"] = tables["impressions"][(time < TIMELINE.network_end) | (time >= TIMELINE.as_of)]
    refuses(write_world(tmp_path, tables), "train split has no request")


def test_logs_that_end_before_the_test_days_do(world: World) -> None:
    later = Timeline(TIMELINE.as_of + DAY, 7, 4, 1, TIMELINE.refresh)
    refuses(world, format_instant(later.test_end), "validate logs until then", timeline=later)


def test_no_click_before_the_networks_end(tmp_path: Path) -> None:
    tables = world_tables()
    tables["impressions"].loc[impressions_frame(tables)["time"] < TIMELINE.network_end, "clicked"] = 0
    refuses(write_world(tmp_path, tables), "no click", format_instant(TIMELINE.network_end))


def test_a_request_of_two_users(tmp_path: Path) -> None:
    tables = world_tables()
    rows = tables["impressions"]
    last = rows.index[-1]
    rows.loc[last, "user_id"] = "an intruder"
    refuses(write_world(tmp_path, tables), rows.loc[last, "request_id"], "several users")


def test_unknown_content(tmp_path: Path) -> None:
    tables = world_tables()
    tables["impressions"].loc[tables["impressions"].index[-1], "content_id"] = "a ghost"
    refuses(write_world(tmp_path, tables), "a ghost", "validate_logs")


def test_vectors_of_another_size(world: World) -> None:
    nodes = {kind: world.store.read(NOON, kind) for kind in ("user", "content", "brand")}
    meta = world.store.meta(NOON)
    wider = {
        kind: type(table)(table.ids, numpy.hstack([table.embedding] * 2), table.views, table.cold)
        for kind, table in nodes.items()
    }
    world.store.write(NOON, wider, meta)
    refuses(world, "6 values", "3")
