"""A user's events against plain Python."""

from __future__ import annotations

import hypothesis
import numpy
import tensorflow
from hypothesis import strategies

from components.train_ranker.compiled.user_events import UserEvents
from components.train_ranker.serving_tables import IdTable, hashed
from components.train_ranker.user_history import HISTORY
from tests.components.train_ranker.example_artifacts import AS_OF

KNOWN = ["", "a", "b", "c"]
IDS = strategies.lists(strategies.sampled_from([*KNOWN, "nobody knows", "ø"]), max_size=8)
AGES = [-1, 0, 1, HISTORY, HISTORY + 1]
TABLE = IdTable(KNOWN, first_row=0)


@hypothesis.given(IDS, IDS, IDS, strategies.integers(0, 1000))
@hypothesis.settings(max_examples=25, deadline=None)
def test_events_before_the_request_count_and_those_of_7_days_by_kind(
    candidates: list[str], viewed: list[str], clicked: list[str], seed: int
) -> None:
    generator = numpy.random.default_rng(seed)
    ages = {"viewed": generator.choice(AGES, len(viewed)), "clicked": generator.choice(AGES, len(clicked))}
    ids = {"viewed": viewed, "clicked": clicked}
    request = {"timestamp": tensorflow.constant(AS_OF, tensorflow.int64)}
    for name in ids:
        request[f"{name}_content_ids"] = tensorflow.constant(ids[name], tensorflow.string)
        request[f"{name}_times"] = tensorflow.constant(AS_OF - ages[name], tensorflow.int64)
    events = UserEvents.of(request, TABLE)
    hashes = hashed(tensorflow.constant(candidates, tensorflow.string))
    found = events.occurrences(hashes, TABLE.rows(hashes), len(KNOWN))
    kinds = [0, 2, 1, 2]
    by_kind = events.recent_by_kind(tensorflow.constant(kinds, tensorflow.int64), 3)
    for row, name in enumerate(ids):
        earlier = [content for content, age in zip(ids[name], ages[name], strict=True) if age > 0]
        assert found[row].numpy().tolist() == [earlier.count(candidate) for candidate in candidates]
        recent = [content for content, age in zip(ids[name], ages[name], strict=True) if 0 < age <= HISTORY]
        of_kinds = [kinds[KNOWN.index(content)] if content in KNOWN else 0 for content in recent]
        assert by_kind[row].numpy().tolist() == [of_kinds.count(kind) for kind in range(3)]
