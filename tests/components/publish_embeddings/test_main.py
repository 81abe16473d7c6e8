"""The commands: publish the youngest version, prune by what is served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from components.publish_embeddings.__main__ import main, read_store_settings
from schemas.feature_store import FeatureStoreSettings, open_feature_store
from schemas.ranker_artifact import SERVED_RANKER
from schemas.user_vectors import registered_spaces
from tests.components.publish_embeddings.stores import AS_OF, LATER, sqlite_store, users, write_version

pytest.importorskip("feast", reason="feast is missing: pip install 'frontrow[features]'")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The YAML file of a feature store."""
    path = tmp_path / "feature_store.yaml"
    path.write_text(yaml.safe_dump(sqlite_store(tmp_path).model_dump()), encoding="utf-8")
    return path


def test_the_projects_own_files_are_valid() -> None:
    assert read_store_settings(Path("configs/feature_store/sqlite.yaml")) == FeatureStoreSettings()
    assert read_store_settings(Path("configs/feature_store/redis.yaml")).online_store == "redis"


def test_publishes_the_youngest_version_and_prunes_what_no_version_of_the_ranker_reads(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for space in ("served", "old"):
        for instant in (AS_OF, LATER):
            write_version(tmp_path / "embeddings", space, instant, users(2))
    for space in ("served", "old"):
        assert main(["publish", str(tmp_path / "embeddings"), "--space", space, "--store", str(store)]) == 0
    spaces = registered_spaces(open_feature_store(read_store_settings(store)))
    assert {name: found.as_of for name, found in spaces.items()} == {"served": LATER, "old": LATER}

    version = tmp_path / "base" / "202603090030"
    (version / SERVED_RANKER.parent).mkdir(parents=True)
    prune = ["prune", "--store", str(store), "--base", str(tmp_path / "base")]
    assert main(prune) == 2
    assert "name the spaces to keep with --keep" in capsys.readouterr().err
    (version / SERVED_RANKER).write_text(json.dumps({"space": "served"}), encoding="utf-8")
    assert main(prune) == 0
    assert "removed the vectors of 1 spaces: old" in capsys.readouterr().out
    assert list(registered_spaces(open_feature_store(read_store_settings(store)))) == ["served"]


def test_the_store_may_be_that_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run.yaml"
    run.write_text(yaml.safe_dump({"push": {"feature_store": sqlite_store(tmp_path).model_dump()}}), encoding="utf-8")
    write_version(tmp_path / "embeddings", "s", AS_OF, users(2))
    words = ["publish", str(tmp_path / "embeddings"), "--config", str(run)]
    assert main(words) == main(words) == 0
    told = capsys.readouterr().out
    assert "publish: published: 2 of 2 users written" in told
    assert "publish: published: the same version is published already" in told
    run.write_text("push: {keep_versions: 2}", encoding="utf-8")
    assert main(words) == 2
    assert "names no feature store; set push.feature_store" in capsys.readouterr().err


def test_embeddings_that_are_not_there_are_refused(
    tmp_path: Path, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["publish", str(tmp_path / "nowhere"), "--space", "s", "--store", str(store)]) == 2
    assert "no embeddings of space s" in capsys.readouterr().err
    write_version(tmp_path / "embeddings", "s", AS_OF, users(1))
    words = ["publish", str(tmp_path / "embeddings"), "--as-of", "2026-03-10", "--store", str(store)]
    assert main(words) == 2
    assert "meta.json" in capsys.readouterr().err
    assert not (tmp_path / "online.db").exists()


def test_a_redis_that_does_not_answer_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT_OF_NOBODY", "1")
    settings = sqlite_store(tmp_path).model_copy(update={"online_store": "redis", "redis": "127.0.0.1:$PORT_OF_NOBODY"})
    store = tmp_path / "feature_store.yaml"
    store.write_text(yaml.safe_dump(settings.model_dump()), encoding="utf-8")
    write_version(tmp_path / "embeddings", "s", AS_OF, users(1))
    assert main(["publish", str(tmp_path / "embeddings"), "--store", str(store)]) == 2
    message = capsys.readouterr().err
    assert "redis at 127.0.0.1:$PORT_OF_NOBODY" in message
    assert "connecting to 127.0.0.1:1" in message
