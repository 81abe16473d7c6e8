"""The step publishes the youngest version, before which no ranker of it is pushed, or says why it publishes nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from components.publish_embeddings.step import KIND, publish_embeddings
from orchestration.fingerprint import PROJECT_ROOT
from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.feature_store import FeatureStoreSettings
from schemas.instants import HOUR, format_instant
from schemas.step_report import StepReport
from tests.components.publish_embeddings.stores import AS_OF, LATER, sqlite_store, users, write_version
from tests.components.push_ranker.served_folder import write_evaluation, write_ranker
from tests.components.push_ranker.test_step import push

HEAVY = ("feast", "pandas", "torch", "tensorflow", "google.cloud.storage")


def publish(root: Path, feature_store: FeatureStoreSettings | None) -> ArtifactMeta:
    """Runs the step on root/embeddings; its artifact's meta.json."""
    report = StepReport("publish_embeddings", 0.0)
    publish_embeddings(
        embeddings=root / "embeddings", output=root / "publication", feature_store=feature_store, report=report
    )
    meta = read_meta(root / "publication", KIND)
    assert meta.counts == report.counts
    return meta


def test_a_ranker_is_pushed_after_the_step_and_not_before(tmp_path: Path) -> None:
    pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")
    feature_store = sqlite_store(tmp_path)
    for instant in (AS_OF - HOUR, AS_OF):
        write_version(tmp_path / "embeddings", "tiny", instant, users(4))
    ranker = write_ranker(tmp_path / "ranker")
    evaluation = write_evaluation(tmp_path / "evaluation", ranker)
    with pytest.raises(ContractError, match=r"no vectors of space 'tiny'.*publish them first"):
        push(tmp_path, ranker, evaluation, feature_store)

    meta = publish(tmp_path, feature_store)
    assert (meta.space, meta.as_of) == ("tiny", format_instant(AS_OF))
    assert meta.counts == {"users": 4, "written": 4}
    assert meta.details == {"published": True, "reason": "4 of 4 users written"}
    assert push(tmp_path, ranker, evaluation, feature_store)["pushed"]

    again = publish(tmp_path, feature_store)
    assert again.counts == {"users": 4, "written": 0}
    assert again.details == {"published": True, "reason": "the same version is published already"}


def test_a_younger_version_stays(tmp_path: Path) -> None:
    pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")
    feature_store = sqlite_store(tmp_path)
    write_version(tmp_path / "younger" / "embeddings", "s", LATER, users(2))
    write_version(tmp_path / "older" / "embeddings", "s", AS_OF, users(3), weights="v")
    assert publish(tmp_path / "younger", feature_store).details["published"]
    meta = publish(tmp_path / "older", feature_store)
    assert meta.counts == {"users": 3, "written": 0}
    assert not meta.details["published"]
    assert "published as of 2026-03-09T00:30:00Z already, from weights w; these are from weights v" in str(meta.details)


def test_a_store_that_does_not_answer_is_named_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")
    import redis

    from components.publish_embeddings import publish as publishing

    def no_answer(*_: object) -> None:
        raise redis.ConnectionError("connection refused")

    monkeypatch.setattr(publishing, "publish_users", no_answer)
    write_version(tmp_path / "embeddings", "s", AS_OF, users(1))
    away = sqlite_store(tmp_path).model_copy(update={"online_store": "redis", "redis": "cache:6379"})
    with pytest.raises(ContractError, match=r"redis at cache:6379: connection refused; start the server"):
        publish(tmp_path, away)
    assert not (tmp_path / "publication").exists()


def test_without_a_feature_store_nothing_is_published_and_the_step_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_version(tmp_path / "embeddings", "s", AS_OF, users(3))
    meta = publish(tmp_path, None)
    assert meta.counts == {"users": 3, "written": 0}
    assert meta.details == {"published": False, "reason": "no feature store is configured (push.feature_store)"}
    assert "not published: no feature store is configured" in capsys.readouterr().out


def test_without_a_feature_store_the_step_loads_nothing_that_takes_long(tmp_path: Path) -> None:
    """Every run on this machine starts a process for it."""
    write_version(tmp_path / "embeddings", "s", AS_OF, users(1))
    code = f"""
import sys
from pathlib import Path
from components.publish_embeddings.step import publish_embeddings
from components.push_ranker.settings import PushSettings
from schemas.step_report import StepReport
store = PushSettings().feature_store
publish_embeddings(
    embeddings=Path("{tmp_path}/embeddings"), output=Path("{tmp_path}/p"), feature_store=store, report=StepReport("", 0)
)
print("loaded:", *(name for name in {HEAVY!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded:"


def test_no_embeddings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="expected the embeddings of exactly one space"):
        publish(tmp_path, None)
    (tmp_path / "embeddings" / "space=s").mkdir(parents=True)
    with pytest.raises(ContractError, match="no embeddings of space s; embed with embed_nodes first"):
        publish(tmp_path, None)
