"""Rankers, evaluations and served folders for the tests of the push; a model is any folder with saved_model.pb."""

from __future__ import annotations

import json
from pathlib import Path

from components.evaluate_ranker.fingerprint import fingerprint
from schemas.artifact_meta import ArtifactMeta, write_meta
from schemas.ranker_artifact import RankerDetails


def write_model(folder: Path, content: str) -> Path:
    """A folder in the shape of a SavedModel."""
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_text(content, encoding="utf-8")
    (folder / "variables" / "variables.index").write_text(content * 2, encoding="utf-8")
    return folder


def write_ranker(
    folder: Path, content: str = "first", as_of: str = "2026-03-09T00:00:00Z", serving_as_of: str | None = None
) -> Path:
    """A ranker artifact of two seeds; the first one's model holds `content`."""
    write_model(folder / "seed=1" / "saved_model", content)
    write_model(folder / "seed=2" / "saved_model", f"other seed than {content}")
    details = RankerDetails(
        with_graph=True,
        space="tiny",
        features=(),
        seeds=(1, 2),
        curves=(),
        parameters=0,
        serving_as_of=serving_as_of,
    )
    write_meta(
        folder,
        ArtifactMeta(
            kind="ranker", as_of=as_of, largest_event_time=None, space="tiny", details=details.model_dump(mode="json")
        ),
    )
    return folder


def write_evaluation(folder: Path, ranker: Path, blessed: bool = True) -> Path:
    """An evaluation artifact of that ranker."""
    folder.mkdir(parents=True)
    reasons = [] if blessed else ["calibration: 1.4, needed 0.9 to 1.1"]
    body = {"verdict": {"blessed": blessed, "reasons": reasons}}
    (folder / "evaluation.json").write_text(json.dumps(body), encoding="utf-8")
    inputs = {"with_graph": fingerprint(ranker)}
    write_meta(
        folder,
        ArtifactMeta(kind="evaluation", as_of="2026-03-10T00:00:00Z", largest_event_time=None, inputs=inputs),
    )
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file and its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
