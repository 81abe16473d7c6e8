"""Tiny examples artifacts, written with tf.train.Example itself rather than with the step that writes them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import numpy.typing
import pyarrow
import pyarrow.parquet
import tensorflow

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleArtifact, ExampleDetails
from schemas.instants import HOUR, format_instant, parse_instant
from schemas.ranking_features import RankingFeature, ranking_features

AS_OF = parse_instant("2026-03-09T00:00:00Z")
NETWORK_END = parse_instant("2026-03-06T00:00:00Z")
ARTICLE_SIZE = 128
VOCABULARIES = {"device": ("desktop", "phone"), "kind": ("article", "carousel", "video")}
NEVER = numpy.iinfo(numpy.int64).max

Values = dict[str, numpy.typing.NDArray[Any]]


@dataclasses.dataclass(frozen=True)
class World:
    """What a tiny artifact holds.

    Attributes:
        requests: Requests of each split.
        smallest_slate: Fewest candidates of a request.
        largest_slate: Most candidates of a request.
        contents: Contents of the table.
        embedding_size: Values of one embedding.
        counter_effect: How much the logit of a click follows the content's click rate.
        graph_effect: How much it follows the dot product of the embeddings.
        slot_effect: How much it falls from slot to slot.
        space: The space of the embeddings.
        seed: Of everything random.
    """

    requests: dict[str, int] = dataclasses.field(default_factory=lambda: {"train": 200, "validation": 60, "test": 60})
    smallest_slate: int = 2
    largest_slate: int = 9
    contents: int = 30
    embedding_size: int = 4
    counter_effect: float = 0.0
    graph_effect: float = 0.0
    slot_effect: float = 0.0
    space: str = "space-a"
    seed: int = 0


def write_artifact(folder: Path, world: World) -> ExampleArtifact:
    """Writes an examples artifact and opens it."""
    generator = numpy.random.default_rng(world.seed)
    folder.mkdir(parents=True)
    counts: dict[str, dict[str, int]] = {"requests": {}, "candidates": {}, "clicks": {}}
    for split, requests in world.requests.items():
        start, end = {
            "train": (NETWORK_END, AS_OF - 12 * HOUR),
            "validation": (AS_OF - 12 * HOUR, AS_OF),
            "test": (AS_OF, AS_OF + 24 * HOUR),
        }[split]
        times = numpy.sort(generator.integers(start, end, requests))
        drawn = [draw_request(generator, world, int(time)) for time in times]
        (folder / split).mkdir()
        write_records(folder / split / "part-00000.tfrecord", drawn)
        counts["requests"][split] = requests
        counts["candidates"][split] = sum(len(values["clicked"]) for values in drawn)
        counts["clicks"][split] = sum(int(values["clicked"].sum()) for values in drawn)
    write_serving_tables(folder / "serving", generator, world)
    details = ExampleDetails(
        space=world.space,
        embedding_size=world.embedding_size,
        vocabularies=VOCABULARIES,
        **counts,
        smoothing=20.0,
        user_smoothing=15.0,
        user_kind_smoothing=10.0,
        prior_click_rate=0.1,
        refresh=HOUR // 2,
        training_slate_size=(world.smallest_slate + world.largest_slate) / 2,
    )
    youngest = format_instant(AS_OF - HOUR)
    meta = ArtifactMeta(
        kind="examples",
        as_of=format_instant(AS_OF),
        largest_event_time=youngest,
        space=world.space,
        details=details.model_dump(mode="json"),
    )
    write_meta(folder, meta)
    return ExampleArtifact(folder)


def feature_width(feature: RankingFeature, embedding_size: int) -> int:
    """Values of one row, told apart from the code under test."""
    return embedding_size if isinstance(feature.size, str) else feature.size


def draw_request(generator: numpy.random.Generator, world: World, time: int, slate: int | None = None) -> Values:
    """One request's features: request features [size], candidate features [N, size]."""
    count = slate or int(generator.integers(world.smallest_slate, world.largest_slate + 1))
    values: Values = {}
    for feature in ranking_features():
        rows = count if feature.level == "candidate" else 1
        shape = (rows, feature_width(feature, world.embedding_size))
        values[feature.name] = _draw(generator, feature, shape)
    values["timestamp"] = numpy.array([[time]])
    values["hour"] = numpy.array([[time // HOUR % 24]])
    values["weekday"] = numpy.array([[(time // HOUR // 24 + 3) % 7]])
    values["slot"] = numpy.arange(count, dtype=numpy.float32)[:, None]
    values["slate_size"] = numpy.array([[count]], numpy.float32)
    values["content_id"] = generator.integers(0, world.contents, (count, 1)).astype(str).astype(object)
    rate = values["content_click_rate_1d"][:, 0]
    dot = values["content_embedding"] @ values["user_embedding"][0]
    logit = world.counter_effect * 30 * (rate - 0.1) + world.graph_effect * dot / world.embedding_size**0.5
    logit = logit - 1 - world.slot_effect * values["slot"][:, 0]
    values["clicked"] = (generator.random(count) < 1 / (1 + numpy.exp(-logit))).astype(numpy.int64)[:, None]
    return values


def _draw(
    generator: numpy.random.Generator, feature: RankingFeature, shape: tuple[int, int]
) -> numpy.typing.NDArray[Any]:
    if feature.type == "bytes":
        return generator.integers(0, 1000, shape).astype(str).astype(object)
    if feature.type == "int64":
        categories = len(VOCABULARIES[feature.name]) + 1 if feature.vocabulary else 2
        return generator.integers(0, categories, shape)
    if feature.transform == "logit":
        return generator.beta(4, 36, shape).astype(numpy.float32)
    if feature.transform == "log1p":
        return generator.poisson(5, shape).astype(numpy.float32)
    if feature.name.endswith("has_edges"):
        return generator.integers(0, 2, shape).astype(numpy.float32)
    return generator.normal(size=shape).astype(numpy.float32)


def write_records(path: Path, requests: list[Values]) -> None:
    """Writes requests as records."""
    with tensorflow.io.TFRecordWriter(str(path)) as writer:
        for values in requests:
            writer.write(serialize(values))


def serialize(values: Values) -> bytes:
    """One request as the bytes of a tf.train.Example."""
    types = {feature.name: feature.type for feature in ranking_features()}
    features = {}
    for name, array in values.items():
        flat = array.ravel().tolist()
        if types[name] == "bytes":
            flat_bytes = tensorflow.train.BytesList(value=[value.encode() for value in flat])
            features[name] = tensorflow.train.Feature(bytes_list=flat_bytes)
        elif types[name] == "int64":
            features[name] = tensorflow.train.Feature(int64_list=tensorflow.train.Int64List(value=flat))
        else:
            features[name] = tensorflow.train.Feature(float_list=tensorflow.train.FloatList(value=flat))
    example = tensorflow.train.Example(features=tensorflow.train.Features(feature=features))
    serialized: bytes = example.SerializeToString(deterministic=True)
    return serialized


def write_serving_tables(folder: Path, generator: numpy.random.Generator, world: World) -> None:
    """Writes the three tables that an exported ranker serves from."""
    folder.mkdir()
    ids = ["", *(f"content-{number}" for number in range(world.contents))]
    visible = AS_OF - generator.integers(1, 200, len(ids)) * HOUR
    visible[0] = NEVER
    columns: dict[str, Any] = {"content_id": ids, "visible_from": visible}
    derived = {"content_age_hours", "user_kind_click_rate", "own_views", "own_clicks", "order_cosine"}
    for feature in ranking_features():
        if feature.level == "candidate" and feature.group in ("base", "graph") and feature.name not in derived:
            values = _draw(generator, feature, (len(ids), feature_width(feature, world.embedding_size)))
            if feature.transform == "embedding":
                values[0] = 0
            columns[feature.name] = vectors(values) if feature.transform == "embedding" else values[:, 0]
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "content.parquet")
    means = generator.normal(size=(len(ids), ARTICLE_SIZE)).astype(numpy.float32)
    means[0] = 0
    table = pyarrow.table({"content_id": ids, "mean_article": vectors(means)})
    pyarrow.parquet.write_table(table, folder / "content_articles.parquet")
    articles = [f"article-{number}" for number in range(50)]
    embedding = generator.normal(size=(len(articles), ARTICLE_SIZE)).astype(numpy.float32)
    table = pyarrow.table({"article_id": articles, "embedding": vectors(embedding)})
    pyarrow.parquet.write_table(table, folder / "article.parquet")


def vectors(values: numpy.typing.NDArray[Any]) -> pyarrow.FixedSizeListArray:
    """[rows, size] as an Arrow column of fixed-size lists."""
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.astype(numpy.float32).ravel()), values.shape[1])
