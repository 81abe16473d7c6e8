"""Pages hold the best of what was visible at the request, for the user as known then."""

from __future__ import annotations

import numpy
import pyarrow.parquet
import pytest

from components.evaluate_ranker.beyond_accuracy import beyond_accuracy
from components.evaluate_ranker.catalogue import read_catalogue
from components.evaluate_ranker.page_requests import (
    PAGE_FEATURES,
    PageRequest,
    page_requests,
    read_earlier_records,
    sampled_requests,
)
from components.evaluate_ranker.ranked_pages import EMPTY, model_scores, ranked_pages
from components.evaluate_ranker.record_columns import RecordColumns, read_record_columns
from schemas.example_artifact import ExampleArtifact
from schemas.instants import HOUR, Instant, parse_instant
from schemas.ranker_artifact import RankerArtifact
from tests.components.evaluate_ranker.conftest import TinyRun, tiny_settings
from tests.components.evaluate_ranker.tiny_examples import AS_OF, CONTENTS

FEATURE = "content_click_rate_7d"


@pytest.fixture(scope="module")
def examples(tiny_run: TinyRun) -> ExampleArtifact:
    return ExampleArtifact(tiny_run.examples)


@pytest.fixture(scope="module")
def splits(examples: ExampleArtifact) -> dict[str, RecordColumns]:
    return {split: read_record_columns(examples, split, PAGE_FEATURES) for split in ("train", "validation", "test")}


def requests_of(examples: ExampleArtifact, splits: dict[str, RecordColumns], chosen: list[int]) -> list[PageRequest]:
    return page_requests(examples, splits["test"], read_earlier_records(examples), numpy.array(chosen))


def impressions(times: dict[str, Instant]) -> RecordColumns:
    """Contents that nobody clicked, each in a request of its own."""
    rows = numpy.arange(len(times))
    values = {"content_id": numpy.array(list(times)), "timestamp": numpy.array(list(times.values()))}
    return RecordColumns(rows, rows, rows, rows < 0, values)


def test_a_request_carries_the_users_own_earlier_records(
    examples: ExampleArtifact, splits: dict[str, RecordColumns]
) -> None:
    """Recomputed here row by row."""
    for number, request in zip((3, 17, 250), requests_of(examples, splits, [3, 17, 250]), strict=True):
        test = splits["test"]
        row = numpy.flatnonzero(test.requests == number)[0]
        user, time = test.values["user_id"][row], test.values["timestamp"][row]
        viewed, clicked = [], []
        for columns in splits.values():
            values = columns.values
            rows = zip(values["user_id"], values["timestamp"], values["content_id"], columns.clicked, strict=True)
            for of_user, at, content, click in rows:
                if of_user == user and at < time:
                    viewed.append((content, at))
                    clicked.extend([(content, at)] if click else [])
        for name, expected in (("viewed", viewed), ("clicked", clicked)):
            ids = [content.decode() for content in request.inputs[f"{name}_content_ids"].numpy()]
            found = zip(ids, request.inputs[f"{name}_times"].numpy(), strict=True)
            assert sorted(found) == sorted(expected)
        assert request.timestamp == time == request.inputs["timestamp"].numpy()
        assert request.inputs["user_embedding"].numpy().tolist() == [1.0, 0.0, 0.5, 0.0]
        assert request.inputs["device"].numpy() == (b"phone" if int(user[1:]) % 2 else b"desktop")


def test_requests_are_drawn_once_each_and_the_same_for_a_seed(splits: dict[str, RecordColumns]) -> None:
    drawn = sampled_requests(splits["test"], 40, 1)
    assert len(set(drawn)) == 40
    assert drawn.tolist() == sampled_requests(splits["test"], 40, 1).tolist()
    assert drawn.tolist() != sampled_requests(splits["test"], 40, 2).tolist()
    assert sampled_requests(splits["test"], 10**6, 1).tolist() == list(range(300))


def test_what_was_shown_was_visible_whatever_the_table_says(examples: ExampleArtifact) -> None:
    start = parse_instant(AS_OF)
    earlier = impressions({"c45": start + 5, "c3": start})
    test = impressions({"c45": start + 9, "c46": start + 2 * HOUR, "unknown": start})
    catalogue = read_catalogue(examples, [test, earlier], FEATURE)
    by_id = dict(zip(catalogue.ids.tolist(), catalogue.visible_from.tolist(), strict=True))
    assert len(by_id) == CONTENTS, "without the cold-content row"
    assert (by_id["c45"], by_id["c46"], by_id["c47"], by_id["c3"]) == (start + 5, start + HOUR, start + HOUR, 0)
    assert catalogue.views.tolist() == list(range(CONTENTS))
    lengths = numpy.linalg.norm(catalogue.articles, axis=1)
    assert lengths == pytest.approx([0] * 10 + [1] * 40)
    table = pyarrow.parquet.read_table(examples.serving_table("content"))
    first = numpy.array(table["content_embedding"][1].as_py())
    assert catalogue.embeddings[0] == pytest.approx(first / numpy.linalg.norm(first))


def test_pages_hold_the_best_of_what_was_visible(
    tiny_run: TinyRun, examples: ExampleArtifact, splits: dict[str, RecordColumns]
) -> None:
    """The tiny ranker likes large numbers, and what the user has not seen."""
    start = parse_instant(AS_OF)
    catalogue = read_catalogue(examples, [impressions({"c0": start})], FEATURE)
    requests = requests_of(examples, splits, [5, 200])
    scores = model_scores(RankerArtifact(tiny_run.with_graph).saved_model(), catalogue)
    assert scores is not None
    pages = ranked_pages(scores, requests, catalogue, 45, "of a test")
    for page, request, visible in zip(pages, requests, (40, 50), strict=True):
        seen = {int(content[1:]) for content in request.inputs["viewed_content_ids"].numpy()}
        unseen = sorted(set(range(visible)) - seen, reverse=True)
        expected = [*unseen, *sorted(seen & set(range(visible)), reverse=True)][:45]
        assert page.tolist() == expected + [EMPTY] * (45 - len(expected))
    assert (pages[0] == EMPTY).sum() == 5


def test_every_ranker_is_told_beside_popularity(
    tiny_run: TinyRun, examples: ExampleArtifact, splits: dict[str, RecordColumns]
) -> None:
    saved_models = {"with_graph": RankerArtifact(tiny_run.with_graph).saved_model()}
    rows = len(splits["test"].clicked)
    told = beyond_accuracy(
        examples, splits["test"], saved_models, numpy.linspace(0, 1, rows), FEATURE, tiny_settings(page_length=5)
    )
    assert set(told["rankers"]) == {"popularity", "with_graph"}
    assert (told["requests"], told["page_length"], told["shortest_page"], told["visible_contents"]) == (12, 5, 5, 50)
    popularity = told["rankers"]["popularity"]
    assert popularity["coverage"] <= 2 * 5 / 50, "one page before ten contents became visible, and one after"
    for ranker in told["rankers"].values():
        for metric in ("novelty", "article_diversity", "audience_diversity"):
            assert ranker[metric]["low"] <= ranker[metric]["value"] <= ranker[metric]["high"]
    relevance_alone = told["re_ranking"][0]
    assert relevance_alone["audience_diversity"] == told["rankers"]["with_graph"]["audience_diversity"]
