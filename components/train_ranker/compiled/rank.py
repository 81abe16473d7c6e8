"""The graph behind the `rank` signature.

What depends on the contents alone is computed by the export and kept in tables, what depends on the user alone is
computed once for a request. A candidate costs the lookup of its row, its ranks within the slate, and the network's
sums over the columns that are its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import tensorflow

from components.train_ranker.compiled.content_columns import ContentColumns
from components.train_ranker.compiled.content_rows import ContentRows
from components.train_ranker.compiled.derived_numbers import DerivedNumber, of_any, of_ascending, of_counts, of_few
from components.train_ranker.compiled.embedding_interactions import EmbeddingInteractions
from components.train_ranker.compiled.encoded_numbers import EncodedNumbers
from components.train_ranker.compiled.input_split import live_columns, split_input
from components.train_ranker.compiled.network import CompiledNetwork
from components.train_ranker.compiled.request_columns import RequestColumns
from components.train_ranker.compiled.slate_rows import SlateRows
from components.train_ranker.compiled.user_events import CLICKS, VIEWS, UserEvents
from components.train_ranker.compiled.user_facts import UserFacts
from components.train_ranker.compiled.vector_table import VectorTable
from components.train_ranker.input_features import CONTENT_EMBEDDING, DOT_PRODUCT
from components.train_ranker.model import Ranker
from components.train_ranker.position_tower import position_columns
from components.train_ranker.serving_facts import ServingFacts
from components.train_ranker.serving_tables import ArticleTable, ContentTable, IdTable, hashed
from components.train_ranker.standardization import LARGEST
from components.train_ranker.user_history import age_hours
from schemas.graph_artifact import FloatArray
from schemas.ranking_features import RankingFeature

AGE, KIND_RATE, COSINE = "content_age_hours", "user_kind_click_rate", "order_cosine"
OWN_VIEWS, OWN_CLICKS = "own_views", "own_clicks"
DERIVED_OF_CANDIDATES = frozenset({AGE, KIND_RATE, OWN_VIEWS, OWN_CLICKS, COSINE})
"""Candidate features that depend on the request too; all others are columns of the content table."""

KIND = "kind"


class CompiledRank(tensorflow.Module):
    """Answers requests of request_specification.

    Args:
        ranker: The trained network.
        features: What it reads, position aside.
        contents: Candidate features by content.
        directions: Mean article vector of each content at length 1 [C, 128].
        articles: Article vectors.
        facts: Constants of the examples.
        slot: The slot that serving fixes.
    """

    def __init__(
        self,
        ranker: Ranker,
        features: tuple[RankingFeature, ...],
        contents: ContentTable,
        directions: FloatArray,
        articles: ArticleTable,
        facts: ServingFacts,
        slot: float,
    ) -> None:
        super().__init__()
        inputs = ranker.input_features
        self._transforms = {feature.name: feature.transform for feature in features} | {DOT_PRODUCT: "none"}
        reduced = 0 if inputs.embedding_interaction == "dot" or not inputs.with_embeddings else ranker.reduction.units
        named = {feature.name: feature for feature in features}
        split = split_input(inputs, named, DERIVED_OF_CANDIDATES, reduced, live_columns(ranker))
        columns = ContentColumns(ranker, split, features, contents.columns, facts.embedding_size)
        # Youngest first, so that ages ascend at every instant.
        instants, age_place = numpy.unique(-contents.visible_from, return_inverse=True)
        position = position_columns(tensorflow.fill([1, 1], slot), tensorflow.fill([1, 1], facts.slate_size))
        self._derived = split.derived
        self._visible_from = tensorflow.Variable(-instants, trainable=False, name="visible_from")
        self._kinds = tensorflow.Variable(contents.columns[KIND][:, 0], trainable=False, name="kinds")
        self._kind_count = len(facts.vocabularies[KIND]) + 1
        self._size = len(contents.ids)
        self._ids = IdTable(contents.ids, first_row=0)
        self._articles = articles
        self._user = UserFacts(facts)
        self._request_columns = RequestColumns(ranker)
        self._slate = SlateRows(ranker, split, columns)
        self._network = CompiledNetwork(ranker, split, float(ranker.position_tower(position)[0, 0]))
        sections = {
            "inputs": columns.inputs,
            "compared": self._slate.compared,
        }
        numbers = {
            "places": columns.places(),
            "age": age_place.reshape(-1, 1),
            "kind": contents.columns[KIND],
        }
        vectors: dict[str, FloatArray] = {COSINE: directions}
        self._interactions = None
        if inputs.with_embeddings:
            embeddings = contents.columns[CONTENT_EMBEDDING]
            # Products are summed in float64, as input_features.dot_product does.
            vectors[DOT_PRODUCT] = embeddings.astype(numpy.float64)
            if reduced:
                self._interactions = EmbeddingInteractions(ranker, embeddings)
                sections["reduced"] = self._interactions.of_contents
        self._vectors = {name: VectorTable(table) for name, table in vectors.items() if name in split.derived}
        numbers |= {name: table.number_of_row[:, None] for name, table in self._vectors.items()}
        self._encoded = None
        if ranker.encoding is not None:
            kernel = ranker.encoding_reduction.kernel.numpy()
            self._encoded = EncodedNumbers(ranker.encoding, kernel, split, columns)
            sections["encoded"] = self._encoded.of_contents
        self._rows = ContentRows(sections, numbers)

    def logits(self, request: Mapping[str, tensorflow.Tensor]) -> tensorflow.Tensor:
        """Logit of a click for every candidate [N], at the position that serving fixes."""
        timestamp, transforms = request["timestamp"], self._transforms
        events = UserEvents.of(request, self._ids)
        recent = events.recent_by_kind(self._kinds, self._kind_count)
        orders = self._articles.recent_orders(request["recent_order_article_ids"])
        vector, own_space = self._user.vector(request)
        of_request = self._request_columns.columns(self._user.features(request, recent, orders, own_space))

        hashes = hashed(request["content_ids"])
        rows = self._ids.rows(hashes)  # [N]
        content, number = self._rows.gather(rows)
        own = tensorflow.unstack(events.occurrences(hashes, rows, self._size), num=2)
        other = {COSINE: self._articles.direction(orders), DOT_PRODUCT: vector}
        products = {name: table.products(other[name], number[name][0]) for name, table in self._vectors.items()}
        ages = age_hours(timestamp, self._visible_from)
        derived: dict[str, DerivedNumber] = {
            AGE: of_ascending(ages, number["age"][0], transforms[AGE]),
            KIND_RATE: of_few(self._user.kind_rates(recent), number["kind"][0], transforms[KIND_RATE]),
            OWN_VIEWS: of_counts(own[VIEWS], events.most, transforms[OWN_VIEWS]),
            OWN_CLICKS: of_counts(own[CLICKS], events.most, transforms[OWN_CLICKS]),
        }
        if products:
            ordered = of_any(tensorflow.stack(list(products.values())), [transforms[name] for name in products])
            derived |= dict(zip(products, ordered, strict=True))
        slate = self._slate.rows([derived[source] for source in self._derived], content["compared"], number["places"])
        ones = tensorflow.ones_like(slate[0][:1])
        # What the contents decide has been cut off, too: once more changes nothing and saves a copy.
        inputs = tensorflow.raw_ops.ClipByValue(
            t=tensorflow.concat([ones, content["inputs"], *slate], axis=0),
            clip_value_min=-LARGEST,
            clip_value_max=LARGEST,
        )
        encoded = None
        if self._encoded is not None:
            interaction = inputs[1 + content["inputs"].shape[0] :]
            rows_of_encoded = self._encoded.rows(ones, interaction, content["encoded"])
            encoded = self._encoded.of_request(of_request), rows_of_encoded
        if self._interactions is not None:
            reduced = self._interactions.rows(vector, rows, content["reduced"])
            inputs = tensorflow.concat([inputs, reduced], axis=0)
        return self._network.logits(of_request, inputs, encoded)
