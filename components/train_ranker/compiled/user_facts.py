"""What a request says of its user, as features of the request."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import tensorflow

from components.train_ranker.compiled.user_events import UserEvents
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
            & tensorflow.reduce_all(tensorflow.math.is_finite(given))
        )
        # It is cut and not multiplied by 0, which would let its NaN through.
        kept = given[: tensorflow.where(usable, size, 0)]
        vector = tensorflow.pad(kept, [[0, size - tensorflow.size(kept)]])
        return tensorflow.ensure_shape(vector, [size]), tensorflow.cast(usable, tensorflow.float32)

    def features(
        self,
        request: Mapping[str, tensorflow.Tensor],
        views: UserEvents,
        clicks: UserEvents,
        orders: tensorflow.Tensor,
        own_space: tensorflow.Tensor,
    ) -> Values:
        """Request features, the vector aside.

        Args:
            request: Tensors of request_specification.
            views: Of the user.
            clicks: Of the user.
            orders: Rows of the known articles among the user's recent orders [at most 25].
            own_space: Second result of `vector`.

        Returns:
            [1, 1] by name.
        """
        timestamp = request["timestamp"]
        recent_views, recent_clicks = (
            tensorflow.cast(tensorflow.reduce_sum(events.recent), tensorflow.float32) for events in (views, clicks)
        )
        devices = tensorflow.constant(["", *self.facts.vocabularies["device"]])
        single = {
            "hour": hour_of(timestamp),
            "weekday": weekday_of(timestamp),
            "device": tensorflow.argmax(tensorflow.equal(devices, request["device"]), output_type=tensorflow.int64),
            "user_views": recent_views,
            "user_clicks": recent_clicks,
            "user_click_rate": smoothed_rate(
                recent_clicks, recent_views, self.facts.user_smoothing, self.facts.prior_click_rate
            ),
            "user_orders": tensorflow.cast(tensorflow.size(orders), tensorflow.float32),
            "user_has_edges": own_space * self._has_edges(request["viewed_times"], timestamp),
        }
        return {name: tensorflow.reshape(value, [1, 1]) for name, value in single.items()}

    def kind_rates(self, views: UserEvents, clicks: UserEvents, kinds: tensorflow.Tensor) -> tensorflow.Tensor:
        """The user's smoothed click rate on each kind of content; kinds int32 [C] of the table's rows."""
        count = len(self.facts.vocabularies["kind"]) + 1
        clicked, viewed = (events.recent_of_kinds(kinds, count) for events in (clicks, views))
        return smoothed_rate(clicked, viewed, self.facts.user_kind_smoothing, self.facts.prior_click_rate)

    def _has_edges(self, viewed_times: tensorflow.Tensor, timestamp: tensorflow.Tensor) -> tensorflow.Tensor:
        """1 where the user had an impression in the window before the last refresh, else 0."""
        refresh = timestamp - tensorflow.math.floormod(timestamp - self.facts.as_of, self.facts.refresh)
        seen = tensorflow.logical_and(viewed_times < refresh, viewed_times >= refresh - HISTORY)
        return tensorflow.cast(tensorflow.reduce_any(seen), tensorflow.float32)
