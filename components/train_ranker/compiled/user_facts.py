"""What a request says of its user."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy
import tensorflow

from components.train_ranker.compiled.user_events import CLICKS, VIEWS
from components.train_ranker.input_features import USER_EMBEDDING
from components.train_ranker.serving_facts import ServingFacts
from components.train_ranker.user_history import HISTORY, hour_of, smoothed_rate, weekday_of

Values = dict[str, tensorflow.Tensor]


@dataclasses.dataclass(frozen=True)
class UserFacts:
    """Turns requests into request features, as write_examples computes them.

    Attributes:
        facts: Constants of the examples.
    """

    facts: ServingFacts

    def vector(self, request: Mapping[str, tensorflow.Tensor]) -> tuple[tensorflow.Tensor, tensorflow.Tensor]:
        """The user's vector [d], and 1 where it is one of this version's space, else 0 and zeros.

        A vector of another space or length, or with a value that is no finite number, counts as none.
        """
        given, size = request[USER_EMBEDDING], self.facts.embedding_size
        usable = (
            tensorflow.equal(request["space"], self.facts.space)
            & tensorflow.equal(tensorflow.size(given), size)
            & (tensorflow.reduce_sum(tensorflow.abs(given)) <= float(numpy.finfo(numpy.float32).max))
        )
        # It is cut and not multiplied by 0, which would let its NaN through.
        kept = given[: size * tensorflow.cast(usable, tensorflow.int32)]
        vector = tensorflow.pad(kept, [[0, size - tensorflow.size(kept)]])
        return tensorflow.ensure_shape(vector, [size]), tensorflow.cast(usable, tensorflow.float32)

    def features(
        self,
        request: Mapping[str, tensorflow.Tensor],
        recent: tensorflow.Tensor,
        orders: tensorflow.Tensor,
        own_space: tensorflow.Tensor,
    ) -> Values:
        """Request features, the vector aside.

        Args:
            request: Tensors of request_specification.
            recent: Recent views and clicks by kind of content [2, kinds].
            orders: Rows of the known articles among the user's recent orders [at most 25].
            own_space: Second result of `vector`.

        Returns:
            [] by name.
        """
        timestamp = request["timestamp"]
        counts = tensorflow.unstack(tensorflow.reduce_sum(recent, axis=1))
        views, clicks = counts[VIEWS], counts[CLICKS]
        devices = tensorflow.constant(["", *self.facts.vocabularies["device"]])
        return {
            "hour": hour_of(timestamp),
            "weekday": weekday_of(timestamp),
            "device": tensorflow.argmax(tensorflow.equal(devices, request["device"]), output_type=tensorflow.int64),
            "user_views": views,
            "user_clicks": clicks,
            "user_click_rate": smoothed_rate(clicks, views, self.facts.user_smoothing, self.facts.prior_click_rate),
            "user_orders": tensorflow.cast(tensorflow.size(orders), tensorflow.float32),
            "user_has_edges": own_space * self._has_edges(request["viewed_times"], timestamp),
        }

    def kind_rates(self, recent: tensorflow.Tensor) -> tensorflow.Tensor:
        """The user's smoothed click rate on each kind of content [kinds], from recent events [2, kinds]."""
        counts = tensorflow.unstack(recent)
        smoothing, prior = self.facts.user_kind_smoothing, self.facts.prior_click_rate
        return smoothed_rate(counts[CLICKS], counts[VIEWS], smoothing, prior)

    def _has_edges(self, viewed_times: tensorflow.Tensor, timestamp: tensorflow.Tensor) -> tensorflow.Tensor:
        """1 where the user had an impression in the window before the last refresh, else 0."""
        refresh = timestamp - tensorflow.math.floormod(timestamp - self.facts.as_of, self.facts.refresh)
        seen = (viewed_times < refresh) & (viewed_times >= refresh - HISTORY)
        return tensorflow.cast(tensorflow.reduce_any(seen), tensorflow.float32)
