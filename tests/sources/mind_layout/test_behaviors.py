"""Official times are read exactly, and official ids stay apart in the two splits."""

from __future__ import annotations

import datetime
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import pytest

import sources.mind_layout.tab_separated
from schemas.instants import as_datetime
from sources.mind_layout.behaviors import read_behaviors
from sources.mind_layout.splits import find_splits
from tests.sources.official_mind import Line, official_time, tiny_folder, write_folder


@hypothesis.settings(max_examples=40)
@hypothesis.given(moment=strategies.datetimes(datetime.datetime(1999, 1, 1), datetime.datetime(2030, 1, 1)))
def test_times_are_read_as_utc(tmp_path_factory: pytest.TempPathFactory, moment: datetime.datetime) -> None:
    moment = moment.replace(microsecond=0)
    official = tiny_folder()
    official["train"].behaviors = [Line("1", "U1", official_time(moment), "", "N2-0")]
    folder = write_folder(tmp_path_factory.mktemp("mind") / "official", official)
    rows = next(read_behaviors(find_splits(folder).labelled, lambda _: None))
    assert as_datetime(rows["time"][0].as_py()) == moment.replace(tzinfo=datetime.UTC)


@pytest.mark.parametrize("batch_bytes", [5, 1000])
def test_requests_of_two_splits_have_different_ids(
    tmp_path: Path, batch_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And lines keep their number in the file whatever the batch that they are read in."""
    monkeypatch.setattr(sources.mind_layout.tab_separated.read_lines, "__defaults__", (batch_bytes,))
    folder = write_folder(tmp_path / "official", tiny_folder())
    batches = list(read_behaviors(find_splits(folder).labelled, lambda _: None))
    found = [(row["split"], row["line"], row["request_id"]) for batch in batches for row in batch.to_pylist()]
    assert found == [(0, 1, "train-1"), (0, 2, "train-2"), (0, 3, "train-3"), (1, 1, "dev-1"), (1, 2, "dev-2")]
