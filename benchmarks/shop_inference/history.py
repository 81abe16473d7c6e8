"""Everything that the simulated shop's logs hold, with the part of each click's logit that is no secret here."""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from schemas.instants import Instant
from sources.simulated_shop.impressions import Floats, Integers
from sources.simulated_shop.purchases import Choices
from sources.simulated_shop.world import World


@dataclasses.dataclass(frozen=True)
class Views:
    """Views in one order, and what the shop knows of them.

    Attributes:
        user: [views].
        content: [views].
        time: Microseconds [views].
        request: [views].
        clicked: 0 or 1 [views].
        secret: The part of the logit that inference is after: taste, preference of kinds, inclination to click, quality
            [views].
        told: The rest of the logit: slot, hour, device, trend, age, kind, followed brands [views].
        expected: Logit given user and content as of the start of the day, the score of the best possible [views].
    """

    user: Integers
    content: Integers
    time: Integers
    request: Integers
    clicked: Integers
    secret: Floats
    told: Floats
    expected: Floats

    def rows(self, chosen: Integers | numpy.typing.NDArray[numpy.bool_]) -> Views:
        """Some of the views, by number or by mask."""
        return Views(*(getattr(self, field.name)[chosen] for field in dataclasses.fields(self)))


def read_views(world: World) -> Views:
    """Draws every view of the shop anew."""
    parts = []
    settings, users, contents = world.settings, world.users, world.contents
    for period in world.periods():
        rows = period.impressions
        match = world.click_model.match(rows)
        secret = (
            settings.quality * contents.quality[rows.content]
            + settings.habit * users.habit[rows.user]
            + settings.kind_preference * users.kind_preference[rows.user, contents.kind[rows.content]]
            + settings.taste * match
        )
        logit = world.click_model.lasting(rows, match) + world.click_model.passing(rows)
        parts.append(
            (
                rows.user,
                rows.content,
                rows.time,
                rows.request,
                period.clicked,
                secret,
                logit - secret,
                period.user_content_score,
            )
        )
    return Views(*(numpy.concatenate(column) for column in zip(*parts, strict=True)))


@dataclasses.dataclass(frozen=True)
class ChoiceHistories:
    """What each user chose.

    Attributes:
        chosen: In the order of time, by user.
        times: Microseconds, by user.
    """

    chosen: list[Integers]
    times: list[Integers]

    @classmethod
    def of(cls, choices: Choices, users: int) -> ChoiceHistories:
        """Groups choices by user."""
        order = numpy.lexsort((choices.time, choices.user))
        begins = numpy.searchsorted(choices.user[order], numpy.arange(1, users))
        return cls(numpy.split(choices.chosen[order], begins), numpy.split(choices.time[order], begins))

    def before(self, user: int, until: Instant) -> Integers:
        """What a user chose strictly before an instant."""
        return self.chosen[user][: numpy.searchsorted(self.times[user], until)]
