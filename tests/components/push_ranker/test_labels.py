"""Labels move forward by promotion and back by one rollback, and every refusal says what there is instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from components.push_ranker.labels import promote, roll_back
from components.push_ranker.model_config import read_served_versions
from components.push_ranker.served_versions import ServedVersions
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError
from tests.components.push_ranker.test_push import push

SETTINGS = PushSettings(poll_seconds=0)


def test_a_promotion_gives_stable_what_canary_means(tmp_path: Path, base: str) -> None:
    push(tmp_path, base, 1)
    push(tmp_path, base, 2, label="canary")
    assert promote(base, None, "stable", SETTINGS) == 2
    assert read_served_versions(base) == ServedVersions((1, 2), {"stable": 2, "canary": 2}, (1,))


def test_what_cannot_be_promoted_is_refused(tmp_path: Path, base: str) -> None:
    push(tmp_path, base, 1)
    with pytest.raises(ContractError, match=r"models.config: nothing is labelled 'canary'; .* --version, one of \[1\]"):
        promote(base, None, "stable", SETTINGS)
    with pytest.raises(ContractError, match=r"no version 9 here, there are \[1\]; push it first"):
        promote(base, 9, "canary", SETTINGS)
    assert read_served_versions(base) == ServedVersions((1,), {"stable": 1})


def test_rollback_moves_the_label_and_nothing_else(tmp_path: Path, base: str) -> None:
    for version in (1, 2, 3):
        push(tmp_path, base, version)
    assert roll_back(base, None, SETTINGS) == 2
    assert read_served_versions(base) == ServedVersions((1, 2, 3), {"stable": 2}, (1,))
    assert roll_back(base, 1, SETTINGS) == 1
    with pytest.raises(ContractError, match=r"no older version to roll back to; stable is 1, served are \[1, 2, 3\]"):
        roll_back(base, None, SETTINGS)
    with pytest.raises(ContractError, match="no version 9"):
        roll_back(base, 9, SETTINGS)


def test_rollback_passes_over_versions_that_were_never_stable(tmp_path: Path, base: str) -> None:
    """Version 2 was a canary that nobody promoted: it is younger than what was stable before, and not a way back."""
    push(tmp_path, base, 1)
    push(tmp_path, base, 2, label="canary")
    push(tmp_path, base, 3)
    assert roll_back(base, None, SETTINGS) == 1
    assert read_served_versions(base).labels == {"stable": 1, "canary": 2}


def test_rollback_takes_the_newest_older_version_where_nobody_remembers(tmp_path: Path) -> None:
    """A models.config from before comments were written, or from another hand."""
    base = tmp_path / "base"
    for version in (1, 2, 3):
        push(tmp_path, base, version)
    path = base / "models.config"
    path.write_text("".join(line for line in path.open() if not line.startswith("#")), encoding="utf-8")
    assert roll_back(str(base), None, SETTINGS) == 2


def test_pushing_the_rolled_back_version_again_does_not_undo_the_rollback(tmp_path: Path, base: str) -> None:
    push(tmp_path, base, 1)
    push(tmp_path, base, 2)
    roll_back(base, None, SETTINGS)
    assert not push(tmp_path, base, 2)
    assert read_served_versions(base).labels == {"stable": 1}


def test_rollback_without_a_push_is_refused(base: str) -> None:
    with pytest.raises(ContractError, match="no older version"):
        roll_back(base, None, SETTINGS)
