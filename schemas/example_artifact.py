"""The examples artifact: ranking requests as TFRecords, and the tables that the exported ranker serves from.

Layout:
    meta.json                              ArtifactMeta of kind "examples"; details: ExampleDetails
    {train,validation,test}/part-*.tfrecord  one tf.train.Example a request; features of schemas/ranking_features.yaml;
                                           request features have `size` values, candidate features `size` values for
                                           each candidate in one flat list
    serving/content.parquet                one row a content at the daily as_of: content_id, and every candidate feature
                                           that depends on the content alone, with the column names of the features;
                                           row 0 is the cold-content row with id ""
    serving/article.parquet                article_id, embedding fixed-size list of float32 [128]
    serving/content_articles.parquet       content_id, mean_article fixed-size list of float32 [128] (pooled)
    embeddings/{user,content,brand}.tfrecord  embeddings at the daily as_of: id, embedding, views, cold
"""

from __future__ import annotations

from pathlib import Path

from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.settings import Settings, parse_settings

SPLITS: tuple[str, ...] = ("train", "validation", "test")


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
    weights: tuple[str, ...] = ()


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
        """The TFRecord files of one split, in order."""
        return sorted((self.folder / split).glob("part-*.tfrecord"))

    def serving_table(self, name: str) -> Path:
        """The Parquet file of a serving table: `content`, `article` or `content_articles`."""
        return self.folder / "serving" / f"{name}.parquet"
