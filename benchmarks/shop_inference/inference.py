"""Infers users and contents from the logs, by one who knows how the shop draws them.

Told are the true style of every content, what the shop believes of it, and all that a moment adds to a click. What is
left is a logistic regression with crossed effects of users (taste, preference of kinds, inclination to click) and
contents (quality), each with the prior that the shop draws from; the taste's is what orders and follows say of it.
"""

from __future__ import annotations

import dataclasses

import numpy
from tqdm import tqdm

from benchmarks.shop_inference.choice_posterior import ChoicePosterior
from benchmarks.shop_inference.history import ChoiceHistories, Views
from benchmarks.shop_inference.likeliest import likeliest
from schemas.instants import Instant
from sources.simulated_shop.catalogue import STYLE_SIZE
from sources.simulated_shop.contents import KINDS, MERCHANDISING_KNOWLEDGE
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.world import World

PASSES = 6
"""Turns of users and contents; after the third no figure moves by more than 0.2 points."""


@dataclasses.dataclass
class InferredShop:
    """What is believed of users and contents.

    Attributes:
        world: The shop.
        users: Taste, preference of kinds and inclination to click, in standard deviations of the shop [users, effects].
        quality: In logits [contents].
    """

    world: World
    users: Floats
    quality: Floats

    def design(self, content: Integers) -> Floats:
        """What a user's effects are multiplied by when such contents are seen [rows, effects]."""
        settings, contents, model = self.world.settings, self.world.contents, self.world.click_model
        taste = settings.taste / model.match_scale * contents.style[content]
        kinds = settings.kind_preference * (contents.kind[content, None] == numpy.arange(len(KINDS)))
        return numpy.concatenate([taste, kinds, numpy.full((len(content), 1), settings.habit)], axis=1)

    def secret(self, user: Integers, content: Integers) -> Floats:
        """The inferred counterpart of Views.secret [rows]."""
        agreement: Floats = numpy.einsum("re,re->r", self.design(content), self.users[user])
        return agreement + self.quality[content]


def infer(world: World, views: Views, until: Instant, quality_told: bool, seed: int) -> InferredShop:
    """Infers from what lies before an instant.

    Args:
        world: The shop.
        views: All of its views.
        until: Nothing from then on is used.
        quality_told: Whether the contents' quality is told too, so that only users are inferred.
        seed: Of the tastes that stand for the prior.
    """
    settings, contents = world.settings, world.contents
    known = views.rows(views.time < until)
    means, precisions = _user_priors(world, until, seed)
    believed = settings.quality * numpy.sqrt(MERCHANDISING_KNOWLEDGE) * contents.merchandising
    quality = settings.quality * contents.quality if quality_told else believed
    shop = InferredShop(world, means.copy(), quality.copy())
    by_user, by_content = (
        _groups(rows, count) for rows, count in ((known.user, settings.users), (known.content, settings.contents))
    )
    for _ in tqdm(range(1 if quality_told else PASSES), desc="infer", unit="pass"):
        for user, rows in by_user:
            shop.users[user] = likeliest(
                shop.design(known.content[rows]),
                known.clicked[rows],
                known.told[rows] + shop.quality[known.content[rows]],
                means[user],
                precisions[user],
                shop.users[user],
            )
        if not quality_told:
            _update_quality(shop, known, by_content, believed)
    return shop


def _update_quality(shop: InferredShop, known: Views, by_content: list[tuple[int, Integers]], believed: Floats) -> None:
    variance = shop.world.settings.quality**2 * (1 - MERCHANDISING_KNOWLEDGE)
    seen = numpy.array([content for content, _ in by_content])
    for content, rows in by_content:
        agreement = numpy.einsum("re,re->r", shop.design(known.content[rows]), shop.users[known.user[rows]])
        shop.quality[content] = likeliest(
            numpy.ones((len(rows), 1)),
            known.clicked[rows],
            known.told[rows] + agreement,
            believed[content : content + 1],
            numpy.array([[1 / variance]]),
            shop.quality[content : content + 1],
        )[0]
    # The likeliest effects of many who never clicked lie below their means, and contents that have been seen make up
    # for it; beside contents that nobody has seen yet that would be an error.
    shop.quality[seen] -= (shop.quality[seen] - believed[seen]).mean()


def _user_priors(world: World, until: Instant, seed: int) -> tuple[Floats, Floats]:
    """Means [users, effects] and precisions [users, effects, effects] before any view."""
    count, effects = world.settings.users, STYLE_SIZE + len(KINDS) + 1
    posterior = ChoicePosterior(world.catalogue, seed)
    means = numpy.zeros((count, effects))
    precisions = numpy.tile(numpy.eye(effects), (count, 1, 1))
    bought, followed = (ChoiceHistories.of(choices, count) for choices in (world.orders, world.follows))
    for user in tqdm(range(count), desc="orders and follows", unit="user"):
        mean, precision = posterior.moments(bought.before(user, until), followed.before(user, until))
        means[user, :STYLE_SIZE] = mean
        precisions[user, :STYLE_SIZE, :STYLE_SIZE] = precision
    return means, precisions


def _groups(numbers: Integers, count: int) -> list[tuple[int, Integers]]:
    """Rows of each number that occurs."""
    order = numpy.argsort(numbers, kind="stable")
    parts = numpy.split(order, numpy.searchsorted(numbers[order], numpy.arange(1, count)))
    return [(number, rows) for number, rows in enumerate(parts) if len(rows)]
