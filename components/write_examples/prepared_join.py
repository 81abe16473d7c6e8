"""Reads and checks everything that the join needs, before anything is written."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy

from components.engine.engine import Engine
from components.write_examples.article_pooling import Articles, read_articles
from components.write_examples.content_features import ContentFeatures
from components.write_examples.contents import read_contents
from components.write_examples.feature_join import FeatureJoin
from components.write_examples.impressions import read_impressions
from components.write_examples.joined_history import join_history
from components.write_examples.order_features import OrderFeatures
from components.write_examples.ranking_requests import RankingRequests, read_requests
from components.write_examples.refreshed_embeddings import RefreshedEmbeddings, check_embeddings
from components.write_examples.settings import ExampleSettings
from components.write_examples.slices import Slices
from components.write_examples.splits import split_requests
from components.write_examples.user_features import UserFeatures
from components.write_examples.vocabularies import Vocabularies, read_vocabularies
from schemas.embedding_store import EmbeddingStore
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import Instant, format_instant
from schemas.timeline import Timeline


@dataclasses.dataclass(frozen=True)
class PreparedJoin:
    """The requests, what is joined to them, and what a reader of the records must know.

    Attributes:
        join: Computes the features of requests.
        splits: Requests by split.
        articles: The articles.
        content_mean: The mean of each content's article vectors, float32 [contents, 128].
        vocabularies: Values of encoded categories by feature.
        prior: The prior of smoothed click rates.
        largest_prior_time: When the youngest impression in the prior happened.
    """

    join: FeatureJoin
    splits: dict[str, RankingRequests]
    articles: Articles
    content_mean: FloatArray
    vocabularies: Vocabularies
    prior: float
    largest_prior_time: Instant

    def youngest_event_before(self, instant: Instant) -> str | None:
        """ISO 8601 of the youngest impression or order strictly before an instant; None without one."""
        tables: list[IntArray] = [self.join.impressions.time, self.join.order_features.time]
        youngest = [int(time[time < instant].max()) for time in tables if (time < instant).any()]
        return format_instant(max(youngest)) if youngest else None


def prepare_join(
    engine: Engine,
    logs: Path,
    store: EmbeddingStore,
    timeline: Timeline,
    cold_content_views: int,
    settings: ExampleSettings,
    vocabularies: Vocabularies | None = None,
) -> PreparedJoin:
    """Reads logs, checks embeddings, and works the as-of joins out.

    Args:
        engine: Works the joins out; it must stay open while records are written.
        logs: Validated logs.
        store: The embeddings.
        timeline: Which rows train and test, and what each may see.
        cold_content_views: Content with fewer views in the window is cold.
        settings: The step's settings.
        vocabularies: Values of encoded categories by feature; None to take those that the logs show.

    Raises:
        ContractError: Something is missing or knows too much, or a split is empty.
    """
    end = timeline.test_end
    contents = read_contents(logs)
    impressions = read_impressions(logs, contents, end)
    prior, largest_prior_time = impressions.click_rate_before(timeline.network_end, logs / "impressions")
    if vocabularies is None:
        vocabularies = read_vocabularies(logs, contents, impressions, timeline.network_end)
    requests = read_requests(logs, contents, impressions.users, vocabularies, timeline.rows_start, end)
    splits = split_requests(requests, timeline, settings.validation_share)
    refresh = timeline.visible_refresh(requests.timestamp)
    check_embeddings(store, sorted({*timeline.refresh_instants, *numpy.unique(refresh).tolist()}))
    articles = read_articles(logs)
    content_mean = articles.mean_of_contents(contents)
    content_features = ContentFeatures(engine, contents, impressions, vocabularies, prior, settings.content_smoothing)
    user_features = UserFeatures(engine, impressions, content_features.kind, prior, settings)
    order_features = OrderFeatures(engine, logs, impressions.users, articles, content_mean, end)
    history = join_history(engine, requests, refresh, store.instants(), content_features, user_features, order_features)
    join = FeatureJoin(
        timeline=timeline,
        contents=contents,
        impressions=impressions,
        content_features=content_features,
        order_features=order_features,
        history=history,
        embeddings=RefreshedEmbeddings(store, timeline.as_of),
        slices=Slices(impressions, contents, timeline, cold_content_views),
    )
    return PreparedJoin(join, splits, articles, content_mean, vocabularies, prior, largest_prior_time)
