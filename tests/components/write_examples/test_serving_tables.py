"""The exported tables say of a content what the records of the daily refresh say, and nothing younger."""

from __future__ import annotations

import numpy
import pyarrow.parquet
import pytest
import tensorflow

from schemas.example_artifact import ExampleArtifact
from schemas.graph_artifact import NODE_KINDS
from schemas.ranking_features import features_of
from tests.components.write_examples.brute_force import HOURS, BruteForce
from tests.components.write_examples.small_world import (
    SIZE,
    TIMELINE,
    World,
    examples_of,
    parsed_records,
    world_tables,
    write_world,
)

NOT_OF_THE_CONTENT_ALONE = {"content_age_hours", "user_kind_click_rate", "own_views", "own_clicks", "order_cosine"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"), world_tables())


@pytest.fixture(scope="module")
def artifact(world: World, tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    return examples_of(world, tmp_path_factory.mktemp("examples") / "examples")


def test_content_equals_brute_force_at_the_daily_instant(artifact: ExampleArtifact, world: World) -> None:
    table = pyarrow.parquet.read_table(artifact.serving_table("content")).to_pylist()
    assert [row["content_id"] for row in table] == ["", *sorted(world.tables["contents"]["content_id"])]
    expected = BruteForce(world, TIMELINE)
    declared = {feature.name for feature in features_of(frozenset({"base", "graph"}), "candidate")}
    for row in table[1:]:
        right = expected.content_features(row["content_id"], TIMELINE.as_of)
        assert set(row) == declared - NOT_OF_THE_CONTENT_ALONE | {"content_id", "visible_from"}
        for name in declared - NOT_OF_THE_CONTENT_ALONE:
            numpy.testing.assert_allclose(row[name], right[name], rtol=1e-5, err_msg=f"{name} of {row['content_id']}")


def test_the_first_row_is_content_that_nobody_has_seen(artifact: ExampleArtifact) -> None:
    row = pyarrow.parquet.read_table(artifact.serving_table("content")).to_pylist()[0]
    prior = pytest.approx(artifact.details.prior_click_rate)
    for name, value in row.items():
        if "click_rate" in name:
            assert value == prior, name
        elif name not in ("content_id", "visible_from"):
            assert not numpy.any(value), name
    assert row["content_embedding"] == [0.0] * SIZE


def test_ages_from_visible_from_equal_the_records(artifact: ExampleArtifact, world: World) -> None:
    """max(0, t - visible_from) is the record's age, but for content that appeared after the table was made."""
    table = pyarrow.parquet.read_table(artifact.serving_table("content"))
    assert str(table.schema.field("visible_from").type) == "int64"
    visible = dict(zip(table["content_id"].to_pylist(), table["visible_from"].to_pylist(), strict=True))
    expected = BruteForce(world, TIMELINE)
    published = world.tables["contents"].set_index("content_id")["published_at"]
    compared = 0
    for record in parsed_records(artifact, "test"):
        time = record["timestamp"][0]
        for content, age in zip(record["content_id"], record["content_age_hours"], strict=True):
            name = content.decode()
            served = max(0, time - visible[name]) / HOURS
            if published.isna()[name] and expected.first_seen(name) >= TIMELINE.as_of:
                assert served == 0
            else:
                assert served == pytest.approx(age, rel=1e-5)
                compared += 1
    assert compared > 20
    assert max(0, TIMELINE.as_of - visible[""]) == 0


def test_article_tables(artifact: ExampleArtifact, world: World) -> None:
    articles = world.tables["articles"].set_index("article_id")["embedding"]
    table = pyarrow.parquet.read_table(artifact.serving_table("article"))
    assert table["article_id"].to_pylist() == sorted(articles.index)
    assert table.schema.field("embedding").type.list_size == 128
    assert numpy.array_equal(numpy.stack(table["embedding"].to_pylist()), numpy.stack(articles.sort_index().to_list()))
    pooled = pyarrow.parquet.read_table(artifact.serving_table("content_articles")).to_pylist()
    contents = world.tables["contents"].set_index("content_id")["article_ids"]
    assert [row["content_id"] for row in pooled] == ["", *sorted(contents.index)]
    for row in pooled:
        shown = contents.get(row["content_id"], [])
        mean = numpy.mean([articles[article] for article in shown], axis=0) if len(shown) else numpy.zeros(128)
        numpy.testing.assert_allclose(row["mean_article"], mean, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_embedding_records(artifact: ExampleArtifact, world: World, kind: str) -> None:
    nodes = world.store.read(TIMELINE.as_of, kind)
    specification = {
        "id": tensorflow.io.FixedLenFeature([], tensorflow.string),
        "embedding": tensorflow.io.FixedLenFeature([SIZE], tensorflow.float32),
        "views": tensorflow.io.FixedLenFeature([], tensorflow.int64),
        "cold": tensorflow.io.FixedLenFeature([], tensorflow.int64),
    }
    dataset = tensorflow.data.TFRecordDataset(str(artifact.folder / "embeddings" / f"{kind}.tfrecord"))
    parsed = tensorflow.io.parse_example([record.numpy() for record in dataset], specification)
    assert [name.decode() for name in parsed["id"].numpy()] == nodes.ids.to_pylist()
    assert numpy.array_equal(parsed["embedding"].numpy(), nodes.embedding)
    assert numpy.array_equal(parsed["views"].numpy(), nodes.views)
    assert numpy.array_equal(parsed["cold"].numpy(), nodes.cold)
