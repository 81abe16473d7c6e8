"""A small shop with random embeddings at every refresh, and its examples read back."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pandas
import pyarrow
import tensorflow

from components.write_examples.settings import ExampleSettings
from components.write_examples.step import write_examples
from schemas.artifact_meta import ArtifactMeta
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.instants import HOUR, Instant, format_instant
from schemas.ranking_features import ranking_features
from schemas.step_report import StepReport
from schemas.timeline import Timeline
from tests.log_folders import START, Tables, moments, shop_tables, write_validated_logs

SPACE = "space-of-tests"
SIZE = 3
COLD_CONTENT_VIEWS = 40
TIMELINE = Timeline.from_text("2026-03-09T00:00:00Z", "2h")
SETTINGS = ExampleSettings(candidates_per_file=60)
TENSOR_TYPES = {"float32": tensorflow.float32, "int64": tensorflow.int64, "bytes": tensorflow.string}


@dataclasses.dataclass(frozen=True)
class World:
    """A shop on disk and what it was made from."""

    tables: Tables
    logs: Path
    embeddings: Path

    @property
    def store(self) -> EmbeddingStore:
        return EmbeddingStore(self.embeddings)


def world_tables(seed: int = 0) -> Tables:
    """The shop of the log folders, with what makes the rules of time bite.

    One user loads two pages at the same instant, requests fall on a refresh, just beside it and into the last interval,
    content and a user are first seen during the test day, a device only after the network's days, some rows have no
    slot, and one user has more orders than count, some at the very instant of a request.
    """
    tables = shop_tables(seed=seed, requests_a_day=20)
    rows = tables["impressions"]
    requests = rows["request_id"].unique()
    for request, other in ((90, 91), (150, 151)):
        for column in ("timestamp", "user_id"):
            rows.loc[rows["request_id"] == requests[other], column] = rows.loc[
                rows["request_id"] == requests[request], column
            ].to_numpy()
    on_grid = {100: 0, 101: -1, 141: 0, 142: -1, 143: 1, 159: 19 * HOUR}
    for request, microseconds in on_grid.items():
        shown = rows["request_id"] == requests[request]
        instant = TIMELINE.as_of + (request - 140) // 20 * 24 * HOUR + 4 * HOUR + microseconds
        rows.loc[shown, "timestamp"] = moments(numpy.array([instant]))[0]
    last = (rows["content_id"] == "content09") & (rows["timestamp"] < moments(numpy.array([TIMELINE.as_of]))[0])
    tables["impressions"] = rows[~last].reset_index(drop=True)
    rows = tables["impressions"]
    rows.loc[rows["request_id"].isin(requests[145:148]), "slot"] = numpy.nan
    rows.loc[rows["request_id"].isin(requests[95:97]), "device"] = "fridge"
    rows.loc[rows["request_id"].isin(requests[97:99]), "device"] = None
    rows.loc[rows["request_id"].isin(requests[155:158]), "user_id"] = "newcomer"
    eager = rows[rows["user_id"] == "user00"].drop_duplicates("request_id")["timestamp"]
    bought = pandas.DataFrame({"user_id": "user00", "article_id": "article03", "timestamp": eager})
    often = pandas.DataFrame({"user_id": "user00", "article_id": tables["articles"]["article_id"].tolist() * 2})
    often["timestamp"] = moments(START + numpy.arange(len(often)) * 3 * HOUR)
    tables["orders"] = pandas.concat([tables["orders"], bought, often], ignore_index=True)
    contents = tables["contents"]
    contents["body_length"] = contents["body_length"].astype("Int32").where(contents.index % 4 > 0)
    contents["article_ids"] = [[] if row == 1 else linked for row, linked in enumerate(contents["article_ids"])]
    return tables


def write_world(
    folder: Path, tables: Tables, timeline: Timeline = TIMELINE, further: tuple[Instant, ...] = ()
) -> World:
    """Writes logs, and random embeddings at every refresh of the timeline and at further instants."""
    logs = write_validated_logs(folder / "logs", tables, START, timeline.test_end)
    store = EmbeddingStore(folder / "embeddings", SPACE)
    ids = {
        "user": sorted(tables["impressions"]["user_id"].unique()),
        "content": sorted(tables["contents"]["content_id"]),
        "brand": ["brand0", "brand1"],
    }
    for instant in [*timeline.refresh_instants, *further]:
        write_embeddings(store, instant, ids, timeline)
    return World(tables, logs, folder / "embeddings")


def write_embeddings(
    store: EmbeddingStore, instant: Instant, ids: dict[str, list[str]], timeline: Timeline, **changes: Any
) -> None:
    """Random embeddings of four in five nodes at one instant, a third of which have no view."""
    generator = numpy.random.default_rng(instant // HOUR)
    nodes = {}
    for kind, names in ids.items():
        kept = [name for name in names if generator.random() < 0.8]
        views = generator.integers(-1, 3, len(kept)).clip(0)
        embedding = generator.normal(size=(len(kept), SIZE)).astype(numpy.float32)
        nodes[kind] = NodeEmbeddings(pyarrow.array(kept, pyarrow.string()), embedding, views, views == 0)
    meta = ArtifactMeta(
        kind="embeddings",
        as_of=format_instant(instant),
        largest_event_time=format_instant(instant - 1),
        space=store.space,
        details={"weights_known_before": format_instant(timeline.network_end)},
    )
    store.write(instant, nodes, meta.model_copy(update=changes))


def examples_of(
    world: World,
    output: Path,
    timeline: Timeline = TIMELINE,
    settings: ExampleSettings = SETTINGS,
    earlier_ranker: Path | None = None,
) -> ExampleArtifact:
    """Runs the step."""
    write_examples(
        logs=world.logs,
        embeddings=world.embeddings,
        output=output,
        timeline=timeline,
        cold_content_views=COLD_CONTENT_VIEWS,
        settings=settings,
        report=StepReport("write_examples", 0.0),
        earlier_ranker=earlier_ranker,
    )
    return ExampleArtifact(output)


def serialized_records(artifact: ExampleArtifact, split: str) -> list[bytes]:
    """The records of one split as bytes, read by TensorFlow, which checks both CRCs."""
    paths = artifact.records(split)
    dataset = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths))
    return [record.numpy() for record in dataset]


def parsed_records(artifact: ExampleArtifact, split: str) -> list[dict[str, Any]]:
    """The records of one split as TensorFlow parses them: by feature a flat list."""
    specification = {
        feature.name: tensorflow.io.RaggedFeature(TENSOR_TYPES[feature.type]) for feature in ranking_features()
    }
    records = serialized_records(artifact, split)
    parsed = tensorflow.io.parse_example(records, specification)
    lists = {name: ragged.to_list() for name, ragged in parsed.items()}
    return [{name: values[row] for name, values in lists.items()} for row in range(len(records))]


def impressions_frame(tables: Tables) -> pandas.DataFrame:
    """The impressions with times as int64 microseconds."""
    frame: pandas.DataFrame = tables["impressions"].copy()
    frame["time"] = (frame["timestamp"] - pandas.Timestamp(0, tz="UTC")) // pandas.Timedelta(microseconds=1)
    return frame
