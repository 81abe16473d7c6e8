"""The step pushes the blessed ranker that was evaluated, and tells why where it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from components.publish_embeddings.publish import publish_users
from components.push_ranker.__main__ import main
from components.push_ranker.model_config import read_served_versions
from components.push_ranker.settings import InfraValidationSettings, PushSettings
from components.push_ranker.step import push_ranker
from schemas.artifact_meta import read_meta
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings
from schemas.instants import HOUR, Instant
from schemas.step_report import StepReport
from tests.components.publish_embeddings.stores import AS_OF, sqlite_store, users, write_version
from tests.components.push_ranker.served_folder import write_evaluation, write_ranker

VERSION = 202603090000
NOT_VALIDATED = InfraValidationSettings(enabled=False)
"""The models of these tests are no models."""


def push(
    root: Path,
    ranker: Path,
    evaluation: Path,
    feature_store: FeatureStoreSettings | None = None,
    infra_validation: InfraValidationSettings = NOT_VALIDATED,
) -> dict[str, Any]:
    """Runs the step and returns push.json."""
    report = StepReport("push_ranker", 0.0)
    push_ranker(
        ranker=ranker,
        evaluation=evaluation,
        base=root / "base",
        output=root / "push",
        settings=PushSettings(
            served_base_path="/models/ranker", feature_store=feature_store, infra_validation=infra_validation
        ),
        report=report,
    )
    assert read_meta(root / "push", "push").counts == report.counts
    values: dict[str, Any] = json.loads((root / "push" / "push.json").read_text(encoding="utf-8"))
    return values


def test_a_blessed_ranker_is_pushed_under_its_as_of_with_its_first_seed(tmp_path: Path) -> None:
    ranker = write_ranker(tmp_path / "ranker")
    result = push(tmp_path, ranker, write_evaluation(tmp_path / "evaluation", ranker))
    assert result == {
        "pushed": True,
        "version": VERSION,
        "reason": "blessed",
        "label": "stable",
        "stable": VERSION,
        "labels": {"stable": VERSION},
        "versions": [VERSION],
    }
    served = tmp_path / "base" / str(VERSION) / "saved_model.pb"
    assert served.read_text(encoding="utf-8") == "first"
    assert 'base_path: "/models/ranker"' in (tmp_path / "base" / "models.config").read_text(encoding="utf-8")


def test_a_refreshed_ranker_is_pushed_under_the_instant_that_its_tables_know(tmp_path: Path) -> None:
    """Its weights know less: the rows since then have tested it."""
    ranker = write_ranker(tmp_path / "ranker", serving_as_of="2026-03-10T00:30:00Z")
    result = push(tmp_path, ranker, write_evaluation(tmp_path / "evaluation", ranker))
    assert result["version"] == 202603100030


def test_the_second_push_says_that_nothing_changed(tmp_path: Path) -> None:
    ranker = write_ranker(tmp_path / "ranker")
    evaluation = write_evaluation(tmp_path / "evaluation", ranker)
    push(tmp_path, ranker, evaluation)
    result = push(tmp_path, ranker, evaluation)
    assert (result["pushed"], result["reason"]) == (False, "the same bytes are served already")


def test_a_ranker_that_is_not_blessed_changes_nothing_and_the_step_succeeds(tmp_path: Path) -> None:
    ranker = write_ranker(tmp_path / "ranker")
    result = push(tmp_path, ranker, write_evaluation(tmp_path / "evaluation", ranker, blessed=False))
    assert not result["pushed"]
    assert result["reason"] == "not blessed: calibration: 1.4, needed 0.9 to 1.1"
    assert not (tmp_path / "base").exists()


def test_the_evaluation_of_another_ranker_blesses_nothing(tmp_path: Path) -> None:
    ranker, other = write_ranker(tmp_path / "ranker"), write_ranker(tmp_path / "other", "other")
    with pytest.raises(ContractError, match="evaluate this ranker first"):
        push(tmp_path, ranker, write_evaluation(tmp_path / "evaluation", other))
    assert not (tmp_path / "base").exists()
    assert not (tmp_path / "push").exists()


def test_other_bytes_of_the_same_as_of_are_refused(tmp_path: Path) -> None:
    first, second = write_ranker(tmp_path / "first"), write_ranker(tmp_path / "second", "second")
    push(tmp_path, first, write_evaluation(tmp_path / "evaluation", first))
    with pytest.raises(ContractError, match=f"version {VERSION} exists with other bytes"):
        push(tmp_path, second, write_evaluation(tmp_path / "second evaluation", second))


def test_the_command_line_pushes_lists_promotes_and_rolls_back(
    tmp_path: Path, base: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run.yaml").write_text("push: {infra_validation: {enabled: false}}", encoding="utf-8")
    where = ["--base", base, "--config", str(tmp_path / "run.yaml")]
    for day, label in ((8, "stable"), (9, "canary")):
        ranker = write_ranker(tmp_path / f"ranker {day}", f"day {day}", f"2026-03-0{day}T00:00:00Z")
        evaluation = write_evaluation(tmp_path / f"evaluation {day}", ranker)
        paths = ["--ranker", str(ranker), "--evaluation", str(evaluation), "--output", str(tmp_path / "push")]
        assert main(["push", *where, *paths, "--label", label]) == 0
    capsys.readouterr()
    assert main(["list", *where]) == 0
    assert capsys.readouterr().out == "202603080000  served  stable\n202603090000  served  canary\n"
    assert main(["promote", *where]) == 0
    assert capsys.readouterr().out == "stable is now 202603090000\n"
    assert read_served_versions(base).labels == {"stable": 202603090000, "canary": 202603090000}
    assert main(["rollback", *where]) == 0
    assert capsys.readouterr().out == "stable is now 202603080000\n"
    assert main(["rollback", *where]) == 2
    assert "no older version" in capsys.readouterr().err
    assert main(["push", *where, *paths, "--label", "newest"]) == 2
    assert "command line: 'label': Input should be 'stable' or 'canary'" in capsys.readouterr().err


def test_a_ranker_that_a_fresh_process_cannot_serve_is_not_pushed_and_the_step_says_why(tmp_path: Path) -> None:
    ranker = write_ranker(tmp_path / "ranker")
    result = push(
        tmp_path, ranker, write_evaluation(tmp_path / "evaluation", ranker), None, InfraValidationSettings(seconds=0.01)
    )
    assert not result["pushed"]
    assert "refused by infra validation" in result["reason"]
    assert "in 0.01 s (push.infra_validation.seconds)" in result["reason"]
    assert not (tmp_path / "base").exists()


def test_no_version_is_served_before_the_vectors_of_its_space_are_there(tmp_path: Path) -> None:
    pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")
    ranker = write_ranker(tmp_path / "ranker")
    evaluation = write_evaluation(tmp_path / "evaluation", ranker)
    store = sqlite_store(tmp_path)

    def publish(space: str, instant: Instant) -> None:
        embeddings = write_version(tmp_path / "embeddings", space, instant, users(2))
        publish_users(embeddings, instant, store, StepReport("publish", 0.0))

    publish("another", AS_OF)
    with pytest.raises(ContractError, match=r"no vectors of space 'tiny', there are those of \['another'\]"):
        push(tmp_path, ranker, evaluation, store)
    publish("tiny", AS_OF - HOUR)
    with pytest.raises(ContractError, match="are of 2026-03-08T23:00:00Z, needed are those of 2026-03-09T00:00:00Z"):
        push(tmp_path, ranker, evaluation, store)
    assert not (tmp_path / "base").exists()
    publish("tiny", AS_OF)
    assert push(tmp_path, ranker, evaluation, store)["pushed"]
