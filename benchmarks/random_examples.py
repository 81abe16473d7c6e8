"""A random examples artifact of any size: what train_ranker reads, for benchmarks that need no logs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
from tqdm import tqdm

from benchmarks.random_records import START, random_ids, random_requests, random_values
from components.write_examples.example_encoding import encode_examples
from components.write_examples.settings import ExampleSettings
from components.write_examples.tfrecord_file import write_records
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.example_artifact import ExampleArtifact, ExampleDetails, RecordFile
from schemas.folders import whole_folder
from schemas.graph_artifact import EMBEDDING_SIZE, FloatArray
from schemas.instants import HOUR, Instant, format_instant
from schemas.ranking_features import features_of, model_groups

SPACE = "random"
VOCABULARIES = {"kind": ("article", "video"), "device": ("phone",)}
SLATE, SIZE = 20, 64
CONTENTS, ARTICLES = 2_000, 10_000


def write_random_examples(folder: Path, requests: Mapping[str, int], seed: int, as_of: Instant) -> ExampleArtifact:
    """Writes records of SLATE candidates and embeddings of SIZE floats, by write_examples' own writer.

    Args:
        folder: Of the artifact.
        requests: How many, by split.
        seed: Of the draws.
        as_of: The instant of the artifact; a day after START or later.
    """
    files: dict[str, RecordFile] = {}
    clicks = {}
    at_once = ExampleSettings().candidates_per_file // SLATE
    with whole_folder(folder) as written:
        for split, count in requests.items():
            (written / split).mkdir()
            clicks[split] = 0
            for number, start in enumerate(tqdm(range(0, count, at_once), f"{split} records", unit="file")):
                columns = random_requests(min(at_once, count - start), SLATE, SIZE, seed + start)
                path = written / split / f"part-{number:05d}.tfrecord"
                files[f"{split}/{path.name}"] = write_records(path, [encode_examples(columns)])
                clicks[split] += int(columns["clicked"].values.sum())
            seed += count
        _write_serving_tables(written / "serving", numpy.random.default_rng(seed))
        details = ExampleDetails(
            space=SPACE,
            embedding_size=SIZE,
            vocabularies=VOCABULARIES,
            requests=dict(requests),
            candidates={split: count * SLATE for split, count in requests.items()},
            clicks=clicks,
            smoothing=20.0,
            prior_click_rate=0.5,
            refresh=HOUR // 2,
            training_slate_size=float(SLATE),
            files=files,
        )
        meta = ArtifactMeta(
            kind="examples",
            as_of=format_instant(as_of),
            largest_event_time=None,
            space=SPACE,
            details=details.model_dump(mode="json"),
        )
        write_meta(written, meta)
    return ExampleArtifact(folder)


def _write_serving_tables(folder: Path, generator: numpy.random.Generator) -> None:
    folder.mkdir()
    ids = pyarrow.concat_arrays([pyarrow.array([""]), random_ids("content", numpy.arange(CONTENTS))])
    columns = {"content_id": ids, "visible_from": pyarrow.array(numpy.full(CONTENTS + 1, START))}
    for feature in features_of(model_groups(True), "candidate"):
        size = SIZE if feature.size == "embedding" else feature.size
        values = random_values(generator, feature, (CONTENTS + 1) * size)
        columns[feature.name] = _vectors(values.astype(numpy.float32), size) if size > 1 else pyarrow.array(values)
    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "content.parquet")
    means = _vectors(generator.standard_normal((CONTENTS + 1) * EMBEDDING_SIZE, numpy.float32), EMBEDDING_SIZE)
    table = pyarrow.table({"content_id": ids, "mean_article": means})
    pyarrow.parquet.write_table(table, folder / "content_articles.parquet")
    vectors = _vectors(generator.standard_normal(ARTICLES * EMBEDDING_SIZE, numpy.float32), EMBEDDING_SIZE)
    articles = random_ids("article", numpy.arange(ARTICLES))
    pyarrow.parquet.write_table(
        pyarrow.table({"article_id": articles, "embedding": vectors}), folder / "article.parquet"
    )


def _vectors(values: FloatArray, size: int) -> pyarrow.FixedSizeListArray:
    return pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(values), size)
