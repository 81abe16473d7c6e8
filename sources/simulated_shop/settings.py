"""The size and the truth of the simulated shop, with the reason of each default."""

from __future__ import annotations

import datetime
from typing import Literal

import pydantic

from schemas.instants import DAY, MICROSECONDS, Instant, parse_instant
from schemas.settings import Settings
from sources.simulated_shop.slate_lengths import mean_slate_length

IMPRESSIONS_A_USER = 120
"""About 20 slots in each of six visits in eight days."""


class SimulatorSettings(Settings):
    """Size, catalogue, behaviour and truth of the simulated shop.

    The defaults are set by what fashion shops and published logs look like, before any ranker was trained on them, and
    then left alone. They are judged by facts of the world alone, which `truth/summary.json` repeats for every run: a
    click rate of 3 to 5 %, a best possible ROC-AUC of 0.75 to 0.85, a third of the clicks on content younger than two
    days. Effects on the logit of a click are standard deviations (or, where said, what is added); in variance, about
    four fifths of them are things that a ranker without personal taste sees too.

    What the shop leaves out: clicks change neither what is shown next nor a second look at the same content, and
    tastes stand still. So the truth of an impression depends on no other impression.

    Attributes:
        seed: Same settings, same bytes.
        first_day: A Monday, so that a week's window ends with a whole Sunday and the test day is a Monday.
        days: Seven days of window and one test day.
        impressions: Expected number of rows (within some per cent); the default keeps a whole run on two cores under
            eight minutes and leaves some 2,500 clicks on the test day.
        users: Everyone who visits during the logs; by default one for each 120 impressions.
        contents: Everything that is shown at some time of the logs; the landing page that we model has about 2,000.
        articles: Three for each content: carousels of up to 20 overlap within a brand.
        brands: Some 40 articles a brand, as of a mid-sized shop.
        segments: Styles of fashion that brands and users belong to; half of the variance of both.
        slots: The longest slate; visitors see 6 of them at least and scroll 22 deep on average.
        clicks: `truth`, or `coin_flip`: clicks with one constant probability, and dwell, independent of everything.
        coin_flip_probability: The click rate of the default world, rounded.
        order_days: Orders reach back this far before the first day: fashion is bought about monthly.
        orders_per_user: Mean over the whole time; skewed, so that a quarter of the users have none.
        follows_per_user: Mean over half a year; a minority follows most.
        joining_share: Users whose first visit falls into the logs, on every day alike: 4 % of all users a day. Together
            with those who were long away, about a tenth of the test day's users are cold; EB-NeRD has 17 %.
        joining_with_orders: Half of them bought before without opening the landing page.
        content_life_days: Mean life of a content: campaigns of one to two weeks. Contents are then published at such a
            rate that about a fifth of those alive, and a third of the clicks, are younger than two days.
        evergreen_share: Contents alive at the start that stay, such as gift cards and basics.
        recent_hours: What the shop's list of new contents holds.
        recent_share: Share of slots filled from that list.
        random_share: Share of the slots after the first eight that explores; the rest comes from the popular list.
        popularity_skew: Standard deviation of the log-weights of the popular list; the top tenth of the contents gets
            two fifths of the views.
        list_refresh_minutes: How often the shop makes its lists; shorter than any refresh of embeddings.
        click_logit: Sets the click rate to between 3 and 4 % (content modules on landing pages: 2 to 6 %).
        position_decay: The odds of a click fall with position to this power: to a fifth at slot 40. Lists of search
            results are steeper (about 1), grids are flatter.
        quality: Lasting appeal to everyone: one standard deviation is worth a factor of 1.8 in odds.
        trend: Passing appeal to everyone, forgotten within about a day.
        freshness: Added to a content just published: a factor of 1.8, as news of a shop fades like news.
        freshness_days: After so long it has fallen to 1 / e.
        habit: General inclination of a user to click; click rates of users differ by some factor of 1.6.
        kind_preference: Of a user for articles, carousels or videos.
        taste: Agreement of user and content in style. Less than quality: in published logs popularity explains more
            than personalization, and most of a page's clicks would be there without it.
        hidden_style: Share of a content's style that its articles' embeddings do not show: the picture, the wording.
        followed_brand: Added where the user follows one of the content's brands: a factor of 1.5.
    """

    seed: int = pydantic.Field(default=0, ge=0)
    first_day: datetime.date = datetime.date(2026, 3, 2)
    days: int = pydantic.Field(default=8, ge=2)
    impressions: int = pydantic.Field(default=600_000, ge=1_000)
    users: int = pydantic.Field(
        default_factory=lambda values: max(20, values["impressions"] // IMPRESSIONS_A_USER), ge=20
    )
    contents: int = pydantic.Field(default=2_000, ge=50)
    articles: int = pydantic.Field(default=6_000, ge=1)
    brands: int = pydantic.Field(default=150, ge=1)
    segments: int = pydantic.Field(default=12, ge=1)
    slots: int = pydantic.Field(default=40, ge=2, le=1000)
    clicks: Literal["truth", "coin_flip"] = "truth"
    coin_flip_probability: float = pydantic.Field(default=0.04, gt=0, lt=1)

    order_days: int = pydantic.Field(default=30, ge=0)
    orders_per_user: float = pydantic.Field(default=5.0, ge=0)
    follows_per_user: float = pydantic.Field(default=2.0, ge=0)

    joining_share: float = pydantic.Field(default=0.35, ge=0, lt=1)
    joining_with_orders: float = pydantic.Field(default=0.5, ge=0, le=1)
    content_life_days: float = pydantic.Field(default=10.0, gt=0)
    evergreen_share: float = pydantic.Field(default=0.1, gt=0, le=1)
    recent_hours: float = pydantic.Field(default=24.0, gt=0)
    recent_share: float = pydantic.Field(default=0.12, ge=0, le=1)
    random_share: float = pydantic.Field(default=0.25, ge=0, le=1)
    popularity_skew: float = pydantic.Field(default=1.0, ge=0)
    list_refresh_minutes: int = pydantic.Field(default=10, ge=1, le=1440)

    click_logit: float = -3.5
    position_decay: float = pydantic.Field(default=0.45, ge=0)
    quality: float = pydantic.Field(default=0.6, ge=0)
    trend: float = pydantic.Field(default=0.3, ge=0)
    freshness: float = 0.6
    freshness_days: float = pydantic.Field(default=1.0, gt=0)
    habit: float = pydantic.Field(default=0.5, ge=0)
    kind_preference: float = pydantic.Field(default=0.3, ge=0)
    taste: float = pydantic.Field(default=0.5, ge=0)
    hidden_style: float = pydantic.Field(default=0.3, ge=0, le=1)
    followed_brand: float = 0.4

    @pydantic.model_validator(mode="after")
    def _consistent(self) -> SimulatorSettings:
        if DAY % (self.list_refresh_minutes * MICROSECONDS["m"]):
            raise ValueError(f"list_refresh_minutes {self.list_refresh_minutes} does not divide a day; use 10 or 30")
        if self.recent_share + self.random_share > 1:
            raise ValueError(f"recent_share {self.recent_share} and random_share {self.random_share} exceed 1 together")
        if self.articles < self.brands:
            raise ValueError(f"{self.articles} articles cannot cover {self.brands} brands; each needs one")
        visits = self.impressions / mean_slate_length(self.slots)
        if self.users * self.joining_share > visits / 2:
            raise ValueError(
                f"{self.users} users are too many for {self.impressions} impressions (about {visits:.0f} visits); "
                f"leave 'users' out or give at most {visits / 2 / self.joining_share:.0f}"
            )
        return self

    @property
    def start(self) -> Instant:
        """The first instant of the logs."""
        return parse_instant(self.first_day)

    @property
    def end(self) -> Instant:
        """The end of the logs, exclusive."""
        return self.start + self.days * DAY

    @property
    def test_start(self) -> Instant:
        """The first instant of the last day, on which the best possible scores are measured."""
        return self.end - DAY
