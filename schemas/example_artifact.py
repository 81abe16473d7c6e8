"""The examples artifact: ranking requests as TFRecords, and the tables that the exported ranker serves from.

Layout:
    meta.json                              ArtifactMeta of kind "examples"; details: ExampleDetails
    {train,validation,test}/part-*.tfrecord  one tf.train.Example a request; features of schemas/ranking_features.yaml;
                                           request features have `size` values, candidate features `size` values for
                                           each candidate in one flat list
    serving/content.parquet                one row a content at serving_as_of: content_id, and every candidate feature
                                           that depends on the content alone, with the column names of the features;
                                           row 0 is the cold-content row with id ""
    serving/article.parquet                article_id, embedding fixed-size list of float32 [128]
    serving/content_articles.parquet       content_id, mean_article fixed-size list of float32 [128] (pooled)
    embeddings/{user,content,brand}.tfrecord  embeddings at serving_as_of: id, embedding, views, cold
    provenance/embedding_versions.parquet  versions of the embeddings that were joined; schemas/embedding_versions.py

Where the step's settings say so, all records are compressed and their names end in .tfrecord.gz.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pydantic

from schemas.artifact_meta import FILE_NAME, ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.settings import Settings, parse_settings

SPLITS: tuple[str, ...] = ("train", "validation", "test")
RECORD_SUFFIXES = (".tfrecord", ".tfrecord.gz")


class RecordFile(Settings):
    """One TFRecord file in the manifest.

    Attributes:
        records: How many it holds.
        bytes: Its size, compressed where it is.
        crc32c: Base64 of the big-endian CRC32C of all its bytes, as Cloud Storage gives it for an object.
    """

    records: int
    bytes: int
    crc32c: str


EMBEDDING_VERSIONS = Path("provenance", "embedding_versions.parquet")
"""Within an artifact, see schemas/embedding_versions.py."""


class ExampleDetails(Settings):
    """What a reader must know besides the feature list.

    Attributes:
        space: The space of every embedding in the records.
        weights: Fingerprints of the networks of that space that made them, of one or of several days.
        embedding_size: Values of one embedding.
        vocabularies: For each feature with a vocabulary its values; value number i is encoded as i + 1, unknown as 0.
        requests: Requests by split.
        candidates: Candidates by split.
        clicks: Clicks by split.
        smoothing: k of the smoothed click rates of content and kinds of content.
        user_smoothing: k of a user's smoothed click rate.
        user_kind_smoothing: k of a user's smoothed click rate on a kind of content.
        prior_click_rate: The prior of the smoothed click rates (click rate of the rows before network_end).
        refresh: Distance between refreshes, microseconds.
        training_slate_size: Median slate size of the training split: what serving fixes it at.
        largest_test_event_time: ISO 8601 of the youngest event of the test split, after the artifact's as_of.
        files: The manifest: every TFRecord file, by its path in the artifact; empty for artifacts from before it.
        split_spans: ISO 8601 start and end (exclusive) of each split, as it was cut; the first start is network_end, of
            a refresh the as_of of the ranker that it starts from.
        largest_prior_event_time: ISO 8601 of the youngest impression in the prior.
        serving_as_of: ISO 8601; what the serving tables know is strictly before it. A refresh's tables know more than
            its training rows: records never read them. None for artifacts from before it: as_of.
    """

    space: str
    embedding_size: int
    vocabularies: dict[str, tuple[str, ...]]
    requests: dict[str, int]
    candidates: dict[str, int]
    clicks: dict[str, int]
    smoothing: float
    prior_click_rate: float
    refresh: int
    training_slate_size: float
    user_smoothing: float | None = None
    user_kind_smoothing: float | None = None
    largest_test_event_time: str | None = None
    split_spans: dict[str, tuple[str, str]] = pydantic.Field(default_factory=dict)
    largest_prior_event_time: str | None = None
    serving_as_of: str | None = None
    weights: tuple[str, ...] = ()
    files: dict[str, RecordFile] = pydantic.Field(default_factory=dict)


class ExampleArtifact:
    """Finds the files of an examples artifact.

    Raises:
        ContractError: The folder is not a complete examples artifact.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.meta: ArtifactMeta = read_meta(self.folder, "examples")
        self.details = parse_settings(ExampleDetails, self.meta.details, str(self.folder / "meta.json"))

    def records(self, split: str) -> list[Path]:
        """The TFRecord files of one split, in order.

        Raises:
            ContractError: The files are not those of the manifest, or one has another size.
        """
        paths = sorted(path for path in (self.folder / split).glob("part-*") if path.name.endswith(RECORD_SUFFIXES))
        listed = {name: file.bytes for name, file in self.details.files.items() if name.startswith(f"{split}/")}
        found = {f"{split}/{path.name}": path.stat().st_size for path in paths}
        if listed and found != listed:
            differing = sorted(name for name in listed | found if listed.get(name) != found.get(name))
            raise ContractError(
                f"{self.folder}: {len(differing)} record files differ from {FILE_NAME}, for example {differing[0]}: "
                f"{found.get(differing[0], 'no')} bytes, listed with {listed.get(differing[0], 'no')}; "
                "copy the artifact again, or write the examples anew with `python -m components.write_examples`"
            )
        return paths

    def serving_table(self, name: str) -> Path:
        """The Parquet file of a serving table: `content`, `article` or `content_articles`."""
        return self.folder / "serving" / f"{name}.parquet"

    @property
    def embedding_versions(self) -> Path:
        """The Parquet file of the versions of the embeddings that were joined, for the leak audit."""
        return self.folder / EMBEDDING_VERSIONS


def compression_type(paths: Sequence[Path]) -> str:
    """How tf.data.TFRecordDataset names the compression of an artifact's files: "GZIP" or "" for none."""
    return "GZIP" if any(path.suffix == ".gz" for path in paths) else ""
