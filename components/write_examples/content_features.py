"""Candidate features that depend on the content and an instant alone: counters, kind, attributes, age.

Records and the serving table both come from here, so that a ranker is served what it was trained on.
"""

from __future__ import annotations

import re

import numpy

from components.engine.engine import Engine
from components.write_examples.contents import NEVER, Contents
from components.write_examples.counters import Counts, EventCounts
from components.write_examples.impressions import Impressions
from components.write_examples.largest_times import largest_of
from components.write_examples.vocabularies import Vocabularies, encode_categories
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import HOUR, NO_EVENT, Duration, Instant, parse_duration
from schemas.ranking_features import ranking_features

COUNTER_NAME = re.compile(r"(content|kind)_(views|clicks|click_rate)_(\d+[smhd])")
"""Any feature of such a name is a counter: what is counted, what of it, and over which time before the refresh."""

LARGEST_TIME = "largest_time"
"""Key of the youngest event behind the features of a row; not a feature itself."""

NO_CONTENT = -1
"""In place of a content's position: a content that nobody has seen, of no known kind."""


class ContentFeatures:
    """Computes features of (content, instant) pairs.

    Args:
        engine: Works the joins out.
        contents: The contents.
        impressions: Every impression.
        vocabularies: For the kind.
        prior: The prior of smoothed click rates.
        smoothing: Their k.
    """

    def __init__(
        self,
        engine: Engine,
        contents: Contents,
        impressions: Impressions,
        vocabularies: Vocabularies,
        prior: float,
        smoothing: float,
    ) -> None:
        self._prior, self._smoothing = prior, smoothing
        self._contents, self._impressions = contents, impressions
        codes = {
            feature.name: encode_categories(contents.table[_column(feature.vocabulary)], vocabularies[feature.name])
            for feature in ranking_features()
            if feature.vocabulary and feature.vocabulary.startswith("contents.")
        }
        numbers = {
            feature.name: contents.numbers(_column(feature.attribute), float(feature.default))
            for feature in ranking_features()
            if feature.attribute and feature.attribute.startswith("contents.")
        }
        numbers["article_count"] = contents.article_count
        self._codes = {name: numpy.append(values, 0) for name, values in codes.items()}  # [contents + 1]
        self._numbers = {name: numpy.append(values, numpy.float32(0)) for name, values in numbers.items()}
        self.kind: IntArray = self._codes["kind"]
        """The encoded kind of every content, and 0 for NO_CONTENT; int64 [contents + 1]."""
        content, time, clicked = impressions.content, impressions.time, impressions.clicked
        self._events = {
            "content": EventCounts(engine, content, time, clicked),
            "kind": EventCounts(engine, self.kind[content], time, clicked),
        }
        self._visible_from = self.visible_from(NEVER)

    def at(self, content: IntArray, instant: IntArray) -> dict[str, IntArray | FloatArray]:
        """Features as of an instant: counters are of events strictly before it.

        Args:
            content: Position in the contents table, or NO_CONTENT [rows].
            instant: What the row may see, int64 microseconds [rows].

        Returns:
            Features by name, and as LARGEST_TIME the youngest event in any of the counters [rows].
        """
        columns: dict[str, IntArray | FloatArray] = {name: values[content] for name, values in self._codes.items()}
        columns |= {name: values[content] for name, values in self._numbers.items()}
        counted: dict[tuple[str, Duration], Counts] = {}
        for level, key in {"content": content, "kind": self.kind[content]}.items():
            horizons = sorted({horizon for name, _, horizon in _counters().values() if name == level})
            within = self._events[level].within(key, instant, horizons)
            counted |= {(level, horizon): counts for horizon, counts in zip(horizons, within, strict=True)}
        for feature, (level, measure, horizon) in _counters().items():
            columns[feature] = self._measure(counted[level, horizon], measure)
        columns[LARGEST_TIME] = largest_of([counts.largest_time for counts in counted.values()], len(content))
        return columns

    def age_hours(self, content: IntArray, time: IntArray, refresh: IntArray) -> tuple[FloatArray, IntArray]:
        """Hours from when the content became visible to the request, and the event that they count from.

        A content without published_at becomes visible by its first impression, which is an event like any other: one
        that is not strictly before the refresh is not known yet (rule 5), and the age is 0.

        Returns:
            The age, float32 [rows], and the instant of the first impression where it is used, else NO_EVENT [rows].
        """
        visible_from = self._visible_from[content]
        published = self._contents.published[content] != NEVER
        known = published | (visible_from < refresh)
        hours = numpy.where(known, numpy.maximum(time - visible_from, 0) / HOUR, 0)
        return hours.astype(numpy.float32), numpy.where(known & ~published, visible_from, NO_EVENT)

    def visible_from(self, before: Instant) -> IntArray:
        """When each content was published, else first shown strictly before an instant, else NEVER.

        Returns:
            int64 microseconds; the last is NO_CONTENT's [contents + 1].
        """
        first_seen = self._impressions.first_seen(len(self._contents.ids), before)
        published = self._contents.published
        return numpy.append(numpy.where(published == NEVER, first_seen, published), NEVER)

    def _measure(self, counts: Counts, measure: str) -> IntArray | FloatArray:
        if measure == "click_rate":
            return counts.rate(self._smoothing, self._prior)
        return counts.views if measure == "views" else counts.clicks


def _counters() -> dict[str, tuple[str, str, Duration]]:
    """What each declared counter counts, what of it, and over which time."""
    matches = {feature.name: COUNTER_NAME.fullmatch(feature.name) for feature in ranking_features()}
    return {
        name: (match[1], match[2], parse_duration(match[3])) for name, match in matches.items() if match is not None
    }


def _column(reference: str | None) -> str:
    return str(reference).removeprefix("contents.")
