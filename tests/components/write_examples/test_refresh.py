"""The examples of a refresh: the rows that no ranker has trained on, and tables that know the newest instant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pyarrow.parquet
import pytest

from components.write_examples.audit.audit import audit_examples
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.embedding_store import EmbeddingStore
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.instants import HOUR, Instant, format_instant
from schemas.ranker_artifact import RankerDetails
from schemas.ranking_features import features_of
from tests.components.write_examples.brute_force import BruteForce, assert_equals_brute_force
from tests.components.write_examples.small_world import (
    SPACE,
    TIMELINE,
    World,
    examples_of,
    parsed_records,
    world_tables,
    write_embeddings,
    write_world,
)

TRAINED_UNTIL = TIMELINE.as_of + 4 * HOUR
REFRESH = TIMELINE.of_refresh(newest=TIMELINE.test_end - 2 * HOUR, trained_until=TRAINED_UNTIL, test=6 * HOUR)
VOCABULARIES = {"kind": ("article", "carousel", "video"), "device": ("desktop",)}
"""Of the earlier ranker: fewer devices than the logs have shown since."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"), world_tables())


@pytest.fixture(scope="module")
def artifact(world: World, tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    folder = tmp_path_factory.mktemp("refresh")
    return examples_of(world, folder / "examples", REFRESH, earlier_ranker=write_ranker(folder / "ranker"))


def write_ranker(folder: Path, as_of: Instant = TRAINED_UNTIL, **changes: Any) -> Path:
    """What the step reads of the earlier ranker."""
    details = RankerDetails(
        with_graph=True,
        space=SPACE,
        features=(),
        seeds=(1,),
        curves=(),
        parameters=1,
        vocabularies=VOCABULARIES,
    ).model_copy(update=changes)
    folder.mkdir()
    values = details.model_dump(mode="json")
    write_meta(
        folder, ArtifactMeta(kind="ranker", as_of=format_instant(as_of), largest_event_time=None, details=values)
    )
    return folder


def test_features_equal_brute_force_in_the_words_of_the_earlier_ranker(artifact: ExampleArtifact, world: World) -> None:
    expected = BruteForce(world, REFRESH)
    assert len(expected.devices) > 1
    expected.devices = list(VOCABULARIES["device"])
    assert_equals_brute_force(artifact, expected)
    assert artifact.details.vocabularies == VOCABULARIES


def test_rows_that_test_are_later_than_all_that_train_and_those_than_the_earlier_rankers(
    artifact: ExampleArtifact,
) -> None:
    times = {
        split: [record["timestamp"][0] for record in parsed_records(artifact, split)] for split in ("train", "test")
    }
    assert TRAINED_UNTIL <= min(times["train"]) < max(times["train"]) < REFRESH.as_of <= min(times["test"])
    assert max(times["test"]) < REFRESH.test_end
    assert artifact.meta.as_of_instant == REFRESH.as_of
    assert artifact.details.split_spans["train"][0] == format_instant(TRAINED_UNTIL)


def test_the_tables_know_the_newest_instant(artifact: ExampleArtifact, world: World) -> None:
    """They are served from then on: as fresh as those of a training row, and no fresher."""
    table = {
        row["content_id"]: row for row in pyarrow.parquet.read_table(artifact.serving_table("content")).to_pylist()
    }
    expected = BruteForce(world, REFRESH)
    assert artifact.details.serving_as_of == format_instant(REFRESH.serving_instant)
    older = 0
    for content in world.tables["contents"]["content_id"]:
        right = expected.content_features(content, REFRESH.serving_instant)
        for feature in features_of(frozenset({"base", "graph"}), "candidate"):
            if feature.name in right:
                numpy.testing.assert_allclose(table[content][feature.name], right[feature.name], rtol=1e-5)
        older += right["content_views_7d"] != expected.content_features(content, REFRESH.as_of)["content_views_7d"]
    assert older > 3, "the world does not tell the two instants apart"


def test_the_audit_finds_nothing(artifact: ExampleArtifact) -> None:
    assert audit_examples(artifact.folder).violated == []


def test_only_the_refreshes_of_these_rows_are_needed(world: World, tmp_path: Path, artifact: ExampleArtifact) -> None:
    store = EmbeddingStore(tmp_path / "embeddings", SPACE)
    ids = {
        "user": sorted(world.tables["impressions"]["user_id"].unique()),
        "content": sorted(world.tables["contents"]["content_id"]),
        "brand": ["brand0", "brand1"],
    }
    for instant in REFRESH.refresh_instants:
        write_embeddings(store, instant, ids, TIMELINE)
    alone = World(world.tables, world.logs, store.root)
    again = examples_of(alone, tmp_path / "examples", REFRESH, earlier_ranker=write_ranker(tmp_path / "ranker"))
    for split in ("train", "validation", "test"):
        for first, second in zip(again.records(split), artifact.records(split), strict=True):
            assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"as_of": TRAINED_UNTIL - 2 * HOUR},
            "rows before 2026-03-09T02:00:00Z, the refresh goes on from 2026-03-09T04",
        ),
        ({"space": "another"}, "trained in space another, the embeddings are of space space-of-tests"),
        ({"vocabularies": {"kind": ("article",)}}, r"vocabularies of \['kind'\]"),
    ],
)
def test_a_ranker_that_does_not_fit_is_refused(
    world: World, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    ranker = write_ranker(tmp_path / "ranker", **changes)
    with pytest.raises(ContractError, match=message):
        examples_of(world, tmp_path / "examples", REFRESH, earlier_ranker=ranker)
    assert not (tmp_path / "examples").exists()
