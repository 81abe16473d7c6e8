"""Collects what a run was like, for truth/summary.json."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing

from schemas.instants import DAY, format_instant
from sources.simulated_shop.contents import Contents
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.truth import best_scores, share_of_top
from sources.simulated_shop.world import Period

YOUNG = 2 * DAY
COUNTS = ("requests", "impressions", "clicks", "clicks_on_young_content")
DECIMALS = 6


class RunFacts:
    """Adds up periods; of the test day it keeps what the best possible scores need, of the others only counts."""

    def __init__(self, settings: SimulatorSettings, contents: Contents) -> None:
        self._settings = settings
        self._contents = contents
        # Row 0 counts the days before the test day, row 1 the test day.
        self._content_views = numpy.zeros((2, settings.contents), dtype=numpy.int64)
        self._user_views = numpy.zeros((2, settings.users), dtype=numpy.int64)
        self._days = [dict.fromkeys(COUNTS, 0) for _ in range(settings.days)]
        self._test: list[tuple[numpy.typing.NDArray[Any], ...]] = []

    def add(self, period: Period) -> None:
        """Takes the next period in."""
        rows = period.impressions
        day = self._days[int(rows.time[0] - self._settings.start) // DAY]
        young = rows.time - self._contents.published_at[rows.content] < YOUNG
        counts = (
            int(rows.request[-1] - rows.request[0]) + 1,
            len(rows.time),
            period.clicked.sum(),
            period.clicked[young].sum(),
        )
        for name, count in zip(COUNTS, counts, strict=True):
            day[name] += int(count)
        in_test = int(rows.time[0] >= self._settings.test_start)
        self._content_views[in_test] += numpy.bincount(rows.content, minlength=self._settings.contents)
        self._user_views[in_test] += numpy.bincount(rows.user, minlength=self._settings.users)
        if in_test:
            chance, score = period.click_probability, period.user_content_score
            kept = (
                period.clicked.astype(numpy.int8),
                rows.request,
                chance.astype(numpy.float32),
                score.astype(numpy.float32),
            )
            self._test.append(kept)

    def summary(self) -> dict[str, Any]:
        """The facts as plain values for JSON.

        Returns:
            `settings`, counts and shares of the whole run, `days` with counts of each, and `test_day` with its counts,
            the shares of its impressions that are by cold users (none before the test day) and on new content (without
            a view before it), and `best_possible`: see `truth.best_scores`, absent where no click was drawn.
        """
        total = {name: sum(day[name] for day in self._days) for name in COUNTS}
        test: dict[str, Any] = {"start": format_instant(self._settings.test_start), **self._days[-1]}
        test["users"] = int((self._user_views[1] > 0).sum())
        test["cold_users"] = int(((self._user_views[1] > 0) & (self._user_views[0] == 0)).sum())
        test["cold_user_share"] = _share(self._user_views[1][self._user_views[0] == 0].sum(), test["impressions"])
        test["new_content_share"] = _share(
            self._content_views[1][self._content_views[0] == 0].sum(), test["impressions"]
        )
        test.update(self._best_possible())
        return {
            "settings": self._settings.model_dump(mode="json"),
            **total,
            "click_rate": _share(total["clicks"], total["impressions"]),
            "young_click_share": _share(total["clicks_on_young_content"], total["clicks"]),
            "top_tenth_of_contents_share": round(share_of_top(self._content_views.sum(axis=0), 0.1), DECIMALS),
            "contents_shown": int((self._content_views.sum(axis=0) > 0).sum()),
            "test_day": test,
            "days": self._days,
        }

    def _best_possible(self) -> dict[str, dict[str, dict[str, float]]]:
        if not self._test:
            return {}
        clicked, request, chance, score = (numpy.concatenate(arrays) for arrays in zip(*self._test, strict=True))
        if clicked.min() == clicked.max():
            return {}
        scorers = {"all_knowledge": chance, "user_and_content": score}
        best = {name: best_scores(clicked, request, chance, scores) for name, scores in scorers.items()}
        return {
            "best_possible": {
                name: {key: round(value, DECIMALS) for key, value in scores.items()} for name, scores in best.items()
            }
        }


def _share(part: int, whole: int) -> float:
    return round(float(part) / max(float(whole), 1.0), DECIMALS)
