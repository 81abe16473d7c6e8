"""A small examples artifact, made by hand, whose clicks are known to follow two features."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet
import tensorflow

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleDetails
from schemas.instants import DAY, HOUR, parse_instant

AS_OF = "2026-03-09T00:00:00Z"
SPACE = "tiny"
CONTENTS = 50
NEVER = numpy.iinfo(numpy.int64).max
MINUTE = HOUR // 60
KINDS = ("article", "video")
DEVICES = ("desktop", "phone")


@dataclasses.dataclass(frozen=True)
class TinyWorld:
    """Requests with a known click probability per candidate.

    Attributes:
        requests: How many.
        slate: Candidates of each.
        users: How many.
        clicks: Whether anything is clicked.
        first_request: The number of the first request of each split; request n comes n minutes after AS_OF in the
            test, and a day earlier in the other splits.
    """

    requests: int = 300
    slate: int = 8
    users: int = 40
    clicks: bool = True
    first_request: int = 0


def write_tiny_examples(folder: Path, world: TinyWorld = TinyWorld(), seed: int = 0) -> Path:
    """Writes an examples artifact whose clicks follow content_click_rate_7d and, more so, order_cosine."""
    generator = numpy.random.default_rng(seed)
    counts = {}
    for split in ("train", "validation", "test"):
        (folder / split).mkdir(parents=True)
        path = folder / split / "part-00000.tfrecord"
        clicks = 0
        with tensorflow.io.TFRecordWriter(str(path)) as writer:
            start = parse_instant(AS_OF) - (0 if split == "test" else DAY)
            for request in range(world.first_request, world.first_request + world.requests):
                features = _request(generator, world, request, start + request * MINUTE)
                clicks += sum(features["clicked"].int64_list.value)
                example = tensorflow.train.Example(features=tensorflow.train.Features(feature=features))
                writer.write(example.SerializeToString(deterministic=True))
        counts[split] = clicks
    details = ExampleDetails(
        space=SPACE,
        embedding_size=4,
        vocabularies={"kind": KINDS, "device": DEVICES},
        requests=dict.fromkeys(counts, world.requests),
        candidates=dict.fromkeys(counts, world.requests * world.slate),
        clicks=counts,
        smoothing=10.0,
        prior_click_rate=0.1,
        refresh=HOUR // 2,
        training_slate_size=float(world.slate),
    )
    meta = ArtifactMeta(
        kind="examples",
        as_of=AS_OF,
        largest_event_time=None,
        space=SPACE,
        details=details.model_dump(mode="json"),
    )
    write_meta(folder, meta)
    _write_serving_tables(folder / "serving", generator)
    return folder


def _write_serving_tables(folder: Path, generator: numpy.random.Generator) -> None:
    """50 contents, of which the last ten become visible an hour after AS_OF; the first ten have no articles."""
    folder.mkdir()
    ids = ["", *(f"c{content}" for content in range(CONTENTS))]
    later = parse_instant(AS_OF) + HOUR
    visible = [NEVER, *([0] * (CONTENTS - 10)), *([later] * 10)]
    views = numpy.array([0, *range(CONTENTS)], numpy.float32)
    rates = {f"content_click_rate_{days}d": generator.uniform(0.02, 0.3, len(ids)) for days in (1, 7)}
    columns: dict[str, Any] = {"content_id": ids, "visible_from": visible, "content_views_7d": views, **rates}
    columns["kind"] = [0, *(1 + content % 2 for content in range(CONTENTS))]
    columns["content_embedding"] = _vectors(generator.normal(size=(len(ids), 4)))
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "content.parquet")
    vectors = generator.normal(size=(len(ids), 3))
    vectors[:11] = 0
    table = pyarrow.table({"content_id": ids, "mean_article": _vectors(vectors)})
    pyarrow.parquet.write_table(table, folder / "content_articles.parquet")


def _vectors(values: Any) -> pyarrow.FixedSizeListArray:
    """[rows, size] as an Arrow column of fixed-size lists."""
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values.astype(numpy.float32).ravel()), values.shape[1])


def _request(
    generator: numpy.random.Generator, world: TinyWorld, request: int, timestamp: int
) -> dict[str, tensorflow.train.Feature]:
    user = int(generator.integers(world.users))
    popularity = generator.uniform(0.02, 0.3, world.slate)
    taste = generator.normal(size=world.slate)
    probability = 1 / (1 + numpy.exp(-(2 * numpy.log(popularity) + 2 + 1.5 * taste)))
    clicked = (generator.random(world.slate) < probability) & world.clicks
    contents = generator.permutation(CONTENTS)[: world.slate]
    return {
        "request_id": _text([f"r{request}"]),
        "user_id": _text([f"u{user}"]),
        "timestamp": _whole([timestamp]),
        "refresh": _whole([timestamp - timestamp % (HOUR // 2)]),
        "content_id": _text([f"c{content}" for content in contents]),
        "clicked": _whole(clicked),
        "cold_user": _whole([int(user < 10)]),
        "cold_content": _whole(contents < 20),
        "new_content": _whole(contents < 5),
        "window_views": _whole(20 * numpy.maximum(contents - 4, 0)),
        "slot": _real(numpy.arange(world.slate)),
        "slate_size": _real([world.slate]),
        "device": _whole([1 + user % 2]),
        "kind": _whole(1 + contents % 2),
        "content_click_rate_1d": _real(popularity * generator.uniform(0.5, 2, world.slate)),
        "content_click_rate_7d": _real(popularity),
        "order_cosine": _real(taste),
        "user_embedding": _real([1.0, 0.0, 0.5, 0.0]),
        "content_embedding": _real(numpy.stack([taste, popularity, popularity, taste], axis=1).ravel()),
    }


def _text(values: list[str]) -> tensorflow.train.Feature:
    encoded = [value.encode() for value in values]
    return tensorflow.train.Feature(bytes_list=tensorflow.train.BytesList(value=encoded))


def _whole(values: object) -> tensorflow.train.Feature:
    return tensorflow.train.Feature(
        int64_list=tensorflow.train.Int64List(value=numpy.asarray(values, numpy.int64).tolist())
    )


def _real(values: object) -> tensorflow.train.Feature:
    return tensorflow.train.Feature(
        float_list=tensorflow.train.FloatList(value=numpy.asarray(values, numpy.float32).tolist())
    )
