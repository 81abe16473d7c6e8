"""Every artifact says what it knows, and a reader refuses what it must not know (rule 8)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from schemas.artifact_meta import ArtifactMeta, read_meta, require_known_before, write_meta
from schemas.errors import ContractError
from schemas.instants import parse_instant

META = ArtifactMeta(
    kind="graph",
    as_of="2026-03-09T00:00:00Z",
    largest_event_time="2026-03-08T23:59:59.999999Z",
    inputs={"logs": "abc"},
    counts={"nodes": 3},
    details={"window_start": "2026-03-02T00:00:00Z"},
)


def test_a_meta_survives_its_file(tmp_path: Path) -> None:
    write_meta(tmp_path, META)
    assert read_meta(tmp_path, "graph") == META
    assert META.as_of_instant == parse_instant("2026-03-09")


@pytest.mark.parametrize("time", ["2026-03-09T00:00:00Z", "2026-03-09T00:00:00.000001Z"])
def test_an_event_at_or_after_the_as_of_can_neither_be_written_nor_read(tmp_path: Path, time: str) -> None:
    meta = META.model_copy(update={"largest_event_time": time})
    with pytest.raises(ContractError, match=f"{time}, which is not before its as_of 2026-03-09T00:00:00Z"):
        write_meta(tmp_path, meta)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "meta.json").write_text(json.dumps(meta.model_dump()))
    with pytest.raises(ContractError, match=f"{time}, which is not before its as_of 2026-03-09T00:00:00Z"):
        read_meta(tmp_path, "graph")


def test_an_artifact_that_is_not_there_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not a complete graph artifact"):
        read_meta(tmp_path, "graph")
    write_meta(tmp_path, META)
    with pytest.raises(ContractError, match="this is a 'graph' artifact, a 'ranker' artifact is needed"):
        read_meta(tmp_path, "ranker")


def test_an_unknown_key_in_a_meta_is_refused(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text(json.dumps({**META.model_dump(), "engine": "duckdb"}))
    with pytest.raises(ContractError, match="unknown key 'engine'"):
        read_meta(tmp_path, "graph")


def test_an_artifact_that_knows_more_than_a_step_may_is_refused_with_both_instants(tmp_path: Path) -> None:
    require_known_before(META, parse_instant("2026-03-09"), tmp_path)
    message = "its as_of 2026-03-09T00:00:00Z is later than 2026-03-08T23:30:00Z"
    with pytest.raises(ContractError, match=message):
        require_known_before(META, parse_instant("2026-03-08T23:30:00Z"), tmp_path)
