"""The world period by period: requests, slates, clicks and the truth behind them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy

from schemas.instants import DAY
from sources.simulated_shop.catalogue import Catalogue, make_catalogue
from sources.simulated_shop.clicks import ClickModel, probability
from sources.simulated_shop.contents import Contents, make_contents
from sources.simulated_shop.dwell import draw_dwell_seconds
from sources.simulated_shop.impressions import Floats, Impressions, Integers
from sources.simulated_shop.knowledge import DayKnowledge
from sources.simulated_shop.purchases import Choices, make_follows, make_orders
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.slates import draw_slates
from sources.simulated_shop.streams import stream
from sources.simulated_shop.traffic import Traffic
from sources.simulated_shop.users import Users, make_users


@dataclasses.dataclass(frozen=True)
class Period:
    """What happened in one period, rows ordered by time, then slot.

    Attributes:
        impressions: What was shown.
        clicked: 0 or 1 [rows].
        dwell_seconds: NaN without a click [rows].
        click_probability: The truth behind `clicked` [rows].
        user_content_score: Expected logit given user and content, as of the start of the day [rows].
    """

    impressions: Impressions
    clicked: Integers
    dwell_seconds: Floats
    click_probability: Floats
    user_content_score: Floats


class World:
    """A simulated shop; the same settings give the same world."""

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.catalogue: Catalogue = make_catalogue(settings)
        self.contents: Contents = make_contents(settings, self.catalogue)
        self.users: Users = make_users(settings, self.catalogue)
        self.orders: Choices = make_orders(settings, self.catalogue, self.users)
        self.follows: Choices = make_follows(settings, self.catalogue, self.users)
        self._traffic = Traffic(settings, self.users)
        self.click_model = ClickModel(settings, self.contents, self.users, self.follows)

    def periods(self) -> Iterator[Period]:
        """Generates the run from its start to its end; memory holds one period at a time."""
        knowledge = DayKnowledge(self.settings, self.contents, self.users, self.click_model)
        for number, start in enumerate(self._traffic.starts):
            if (start - self.settings.start) % DAY == 0:
                knowledge.start_day(int(start))
            impressions = self._impressions(number)
            if len(impressions.time):
                yield self._clicks(number, impressions, knowledge)

    def _impressions(self, number: int) -> Impressions:
        requests = self._traffic.requests(number)
        generator = stream(self.settings.seed, "slates", number)
        list_time = int(self._traffic.starts[number])
        slates = draw_slates(self.settings, self.contents, list_time, requests.length, generator)
        row, slot = numpy.nonzero(slates >= 0)
        return Impressions(
            request=requests.number[row],
            time=requests.time[row],
            user=requests.user[row],
            content=slates[row, slot],
            slot=slot,
            device=requests.device[row],
        )

    def _clicks(self, number: int, rows: Impressions, knowledge: DayKnowledge) -> Period:
        settings = self.settings
        generator = stream(settings.seed, "clicks", number)
        if settings.clicks == "coin_flip":
            match = numpy.zeros(len(rows.time))
            chance = numpy.full(len(rows.time), settings.coin_flip_probability)
            score = numpy.zeros(len(rows.time))
        else:
            match = self.click_model.match(rows)
            chance = probability(self.click_model.lasting(rows, match) + self.click_model.passing(rows))
            score = knowledge.score(rows, match)
        clicked = (generator.random(len(chance)) < chance).astype(numpy.int64)
        dwell_seconds = numpy.full(len(clicked), numpy.nan)
        dwell_seconds[clicked == 1] = draw_dwell_seconds(match[clicked == 1], generator)
        return Period(
            impressions=rows,
            clicked=clicked,
            dwell_seconds=dwell_seconds,
            click_probability=chance,
            user_content_score=score,
        )
