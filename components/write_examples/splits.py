"""Which requests train, validate and test the rankers: by global time, never at random (rule 1)."""

from __future__ import annotations

import itertools

import numpy

from components.write_examples.ranking_requests import RankingRequests
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS
from schemas.instants import Instant, format_instant
from schemas.timeline import Timeline


def split_requests(
    requests: RankingRequests, timeline: Timeline, validation_share: float
) -> dict[str, RankingRequests]:
    """Cuts the requests, sorted by time, into train, validation and test.

    Requests of [rows_start, as_of) train, the last `validation_share` of them validate; requests of
    [as_of, test_end) test. Requests of one instant stay together. A refresh's rows start where the training of the
    ranker that it starts from ended, so that neither ranker has trained on a row that tests.

    Raises:
        ContractError: A split has no request.
    """
    test = int(numpy.searchsorted(requests.timestamp, timeline.as_of, side="left"))
    cut = min(int(test * (1 - validation_share)), max(test - 1, 0))
    validation = int(numpy.searchsorted(requests.timestamp, requests.timestamp[cut], side="left")) if test else 0
    boundaries = {"train": (0, validation), "validation": (validation, test), "test": (test, len(requests))}
    spans = {
        "train": (timeline.rows_start, timeline.as_of),
        "validation": (timeline.rows_start, timeline.as_of),
        "test": (timeline.as_of, timeline.test_end),
    }
    for split, (start, stop) in boundaries.items():
        if start == stop:
            raise ContractError(_empty(split, *spans[split], validation_share))
    return {split: requests.slice(start, stop) for split, (start, stop) in boundaries.items()}


def split_spans(splits: dict[str, RankingRequests], timeline: Timeline) -> dict[str, tuple[str, str]]:
    """Start and end (exclusive) of each split as it was cut, ISO 8601.

    Args:
        splits: The requests by split; validation begins with its first one.
        timeline: Where train begins and test begins and ends.
    """
    borders = [timeline.rows_start, int(splits["validation"].timestamp[0]), timeline.as_of, timeline.test_end]
    texts = [format_instant(border) for border in borders]
    return dict(zip(SPLITS, itertools.pairwise(texts), strict=True))


def _empty(split: str, start: Instant, end: Instant, validation_share: float) -> str:
    share = "" if split == "test" else f" (validation_share is {validation_share})"
    return (
        f"the {split} split has no request: the logs must hold impressions in "
        f"[{format_instant(start)}, {format_instant(end)}){share}; give logs of these days or another as_of"
    )
