"""The provenance comes from the join itself: a step that leaks writes examples that the audit condemns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy
import pytest

from components.write_examples.audit.audit import audit_examples
from components.write_examples.counters import EventCounts
from components.write_examples.order_features import OrderFeatures
from components.write_examples.refreshed_embeddings import RefreshedEmbeddings
from components.write_examples.user_features import UserFeatures
from schemas.example_artifact import SPLITS
from schemas.graph_artifact import IntArray
from schemas.timeline import Timeline
from tests.components.write_examples.audit.tampering import violated
from tests.components.write_examples.small_world import (
    TIMELINE,
    examples_of,
    impressions_frame,
    parsed_records,
    world_tables,
    write_world,
)
from tests.components.write_examples.test_time_rules import end_of_interval


def test_a_refresh_after_the_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage of the leak test: every row sees the refresh that follows it."""
    monkeypatch.setattr(Timeline, "visible_refresh", end_of_interval)
    world = write_world(tmp_path, world_tables(), further=(TIMELINE.test_end,))
    artifact = examples_of(world, tmp_path / "examples")
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"refresh_not_after_request"}
    assert found["refresh_not_after_request"].violations == sum(artifact.details.requests.values())


def test_embeddings_of_the_next_refresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row says the right refresh, and the vectors are of the one after it."""
    read = RefreshedEmbeddings._read

    def read_later(embeddings: RefreshedEmbeddings, instant: int, kind: str) -> Any:
        return read(embeddings, instant + TIMELINE.refresh, kind)

    monkeypatch.setattr(RefreshedEmbeddings, "_read", read_later)
    world = write_world(tmp_path, world_tables(), further=(TIMELINE.test_end,))
    artifact = examples_of(world, tmp_path / "examples")
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"embedding_not_after_refresh", "embedding_events_before_refresh"}
    assert {finding.violations for finding in found.values()} == {sum(artifact.details.requests.values())}


def test_events_at_the_instant_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`<=` in place of `<`: rows whose refresh is the very instant of an event, and each row's own views."""
    span = EventCounts.span
    monkeypatch.setattr(EventCounts, "span", lambda counts, key, instant: span(counts, key, instant + 1))
    world = write_world(tmp_path, world_tables())
    artifact = examples_of(world, tmp_path / "examples")
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"counter_events_before_refresh", "history_before_request"}
    assert found["history_before_request"].violations == sum(artifact.details.requests.values())
    events = set(impressions_frame(world.tables)["time"])
    records = [record for split in SPLITS for record in parsed_records(artifact, split)]
    at_an_event = [record["request_id"][0].decode() for record in records if record["refresh"][0] in events]
    finding = found["counter_events_before_refresh"]
    assert 0 < finding.violations <= len(at_an_event)
    assert {example.request_id for example in finding.examples} <= set(at_an_event)


@pytest.mark.parametrize(("features", "method"), [(UserFeatures, "of"), (OrderFeatures, "spans")])
def test_a_history_that_goes_on_after_the_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, features: type[UserFeatures | OrderFeatures], method: str
) -> None:
    """The user's views, or orders, of the hours after the request (rule 7)."""
    join = getattr(features, method)

    def join_later(self: Any, requests: Any) -> Any:
        later: IntArray = requests.timestamp + 24 * 3_600_000_000
        return join(self, type(requests)(**{**vars(requests), "timestamp": later}))

    monkeypatch.setattr(features, method, join_later)
    world = write_world(tmp_path, world_tables())
    artifact = examples_of(world, tmp_path / "examples")
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"history_before_request"}
    records = [record for split in SPLITS for record in parsed_records(artifact, split)]
    late = [record["largest_history_event_time"][0] >= record["timestamp"][0] for record in records]
    assert found["history_before_request"].violations == numpy.sum(late) > 10


def test_the_counters_of_a_later_refresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the counters look ahead; the row's refresh, embeddings and history are right."""
    from components.write_examples.content_features import ContentFeatures

    at = ContentFeatures.at
    monkeypatch.setattr(
        ContentFeatures, "at", lambda self, content, instant: at(self, content, instant + TIMELINE.refresh)
    )
    world = write_world(tmp_path, world_tables())
    artifact = examples_of(world, tmp_path / "examples")
    found = violated(audit_examples(artifact.folder))
    assert set(found) == {"counter_events_before_refresh"}
    # A row's own impression is an event of its kind before the next refresh.
    assert found["counter_events_before_refresh"].violations == sum(artifact.details.requests.values())
