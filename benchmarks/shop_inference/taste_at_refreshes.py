"""What is inferred of users' tastes at each refresh, by one who is told everything else."""

from __future__ import annotations

from collections.abc import Iterator

import numpy
from tqdm import tqdm

from benchmarks.shop_inference.choice_posterior import ChoicePosterior
from benchmarks.shop_inference.history import ChoiceHistories, Views
from benchmarks.shop_inference.likeliest import likeliest
from schemas.graph_artifact import FloatArray
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.world import World


class TasteAtRefreshes:
    """Tastes of users as of instants.

    Args:
        world: The shop.
        views: All of its views.
        seed: Of the tastes that stand for the prior.
    """

    def __init__(self, world: World, views: Views, seed: int) -> None:
        self._world = world
        self._posterior = ChoicePosterior(world.catalogue, seed)
        self._bought, self._followed = (
            ChoiceHistories.of(choices, world.settings.users) for choices in (world.orders, world.follows)
        )
        self._views = views.rows(numpy.lexsort((views.time, views.user)))
        self._starts = numpy.searchsorted(self._views.user, numpy.arange(world.settings.users + 1))
        self._style = world.settings.taste / world.click_model.match_scale * world.contents.style
        own = numpy.einsum("rd,rd->r", self._style[self._views.content], world.users.taste[self._views.user])
        self._told = self._views.told + self._views.secret - own

    def scores(self, user: Integers, content: Integers, refresh: Integers) -> tuple[FloatArray, FloatArray]:
        """The inferred taste's part of each row's logit: from orders and follows, and from clicks as well.

        Args:
            user: [rows].
            content: [rows].
            refresh: What lies strictly before it is known, microseconds [rows].

        Returns:
            Two scores, float32 [rows] each.
        """
        pairs, pair_of_row = numpy.unique(numpy.stack([user, refresh], axis=1), axis=0, return_inverse=True)
        pair_of_row = pair_of_row.reshape(-1)
        tastes = numpy.array(list(self._tastes(pairs)))  # [pairs, 2, style]
        found = numpy.einsum("rkd,rd->kr", tastes[pair_of_row], self._style[content]).astype(numpy.float32)
        return found[0], found[1]

    def _tastes(self, pairs: Integers) -> Iterator[tuple[Floats, Floats]]:
        known, mean, precision = (-1, 0, 0), numpy.zeros(0), numpy.zeros((0, 0))
        for user, refresh in tqdm(pairs.tolist(), desc="tastes", unit="refresh"):
            bought, followed = (histories.before(user, refresh) for histories in (self._bought, self._followed))
            if (user, len(bought), len(followed)) != known:
                known = (user, len(bought), len(followed))
                mean, precision = self._posterior.moments(bought, followed)
            start, end = self._starts[user : user + 2]
            end = start + numpy.searchsorted(self._views.time[start:end], refresh)
            seen = slice(start, end)
            clicks = (self._style[self._views.content[seen]], self._views.clicked[seen], self._told[seen])
            yield mean, likeliest(*clicks, mean, precision, mean)
