"""An examples artifact with every declared feature; the embeddings' product and one counter drive the clicks."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy
import tensorflow

from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import SPLITS, ExampleDetails
from schemas.instants import HOUR
from schemas.ranking_features import RankingFeature, ranking_features

SIZE, REQUESTS, SLATE = 4, 250, 10


def write_full_examples(folder: Path) -> Path:
    """Writes the artifact; the same call gives the same bytes."""
    generator = numpy.random.default_rng(0)
    clicks = {}
    for split in SPLITS:
        (folder / split).mkdir(parents=True)
        clicks[split] = 0
        with tensorflow.io.TFRecordWriter(str(folder / split / "part-00000.tfrecord")) as writer:
            for _ in range(REQUESTS):
                example, clicked = _request(generator)
                clicks[split] += clicked
                writer.write(example.SerializeToString(deterministic=True))
    details = ExampleDetails(
        space="tiny",
        embedding_size=SIZE,
        vocabularies={"kind": ("article", "video"), "device": ("phone",)},
        requests=dict.fromkeys(SPLITS, REQUESTS),
        candidates=dict.fromkeys(SPLITS, REQUESTS * SLATE),
        clicks=clicks,
        smoothing=10.0,
        prior_click_rate=0.1,
        refresh=HOUR,
        training_slate_size=float(SLATE),
    )
    meta = ArtifactMeta(
        kind="examples",
        as_of="2026-03-09T00:00:00Z",
        largest_event_time=None,
        space="tiny",
        details=details.model_dump(mode="json"),
    )
    write_meta(folder, meta)
    return folder


def _request(generator: numpy.random.Generator) -> tuple[tensorflow.train.Example, int]:
    user, contents = generator.normal(size=SIZE), generator.normal(size=(SLATE, SIZE))
    popularity = generator.normal(size=SLATE)
    logit = -1.5 + 0.8 * popularity + 0.6 * contents @ user
    clicked = generator.random(SLATE) < 1 / (1 + numpy.exp(-logit))
    known = {
        "user_embedding": user,
        "content_embedding": contents,
        "content_click_rate_1h": 1 / (1 + numpy.exp(-popularity)),
        "clicked": clicked,
        "user_id": [f"u{generator.integers(50)}"],
    }
    # Each feature draws from its own source, so that a new one in the list changes no other.
    seed = int(generator.integers(2**32))
    features = {
        feature.name: _encode(
            feature,
            known.get(
                feature.name, _noise(numpy.random.default_rng([seed, zlib.crc32(feature.name.encode())]), feature)
            ),
        )
        for feature in ranking_features()
    }
    return tensorflow.train.Example(features=tensorflow.train.Features(feature=features)), int(clicked.sum())


def _noise(generator: numpy.random.Generator, feature: RankingFeature) -> object:
    count = SLATE if feature.level == "candidate" else 1
    if feature.type == "bytes":
        return [f"c{number}" for number in range(count)]
    return generator.integers(0, 2, count * (SIZE if feature.size == "embedding" else 1))


def _encode(feature: RankingFeature, values: object) -> tensorflow.train.Feature:
    flat = numpy.asarray(values).ravel()
    if feature.type == "bytes":
        return tensorflow.train.Feature(
            bytes_list=tensorflow.train.BytesList(value=[str(value).encode() for value in flat])
        )
    if feature.type == "int64":
        return tensorflow.train.Feature(int64_list=tensorflow.train.Int64List(value=flat.astype(int).tolist()))
    return tensorflow.train.Feature(float_list=tensorflow.train.FloatList(value=flat.astype(float).tolist()))
