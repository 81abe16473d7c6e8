"""With a server named, a label moves only to a version that this server has loaded, there and in models.config."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.push_ranker import model_server
from components.push_ranker.__main__ import main
from components.push_ranker.labels import promote, roll_back
from components.push_ranker.model_config import read_served_versions
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError
from tests.components.push_ranker.fake_model_service import FakeModelService
from tests.components.push_ranker.test_push import push


@pytest.fixture
def service() -> FakeModelService:
    """A server that has loaded nothing yet."""
    return FakeModelService()


@pytest.fixture
def target(service: FakeModelService, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its address."""
    monkeypatch.setattr(model_server, "POLL_SECONDS", 0.01)
    with service.serve() as address:
        yield address


def test_a_version_is_listed_then_awaited_then_labelled(
    tmp_path: Path, base: str, service: FakeModelService, target: str
) -> None:
    for version in (1, 2):
        assert push(tmp_path, base, version, target=target)
    assert service.configurations == [([1], {}), ([1], {"stable": 1}), ([1, 2], {"stable": 1}), ([1, 2], {"stable": 2})]
    assert service.labels == read_served_versions(base).labels == {"stable": 2}
    assert read_served_versions(base).moving is None


def test_a_promotion_and_a_rollback_reach_the_server_and_the_file(
    tmp_path: Path, service: FakeModelService, target: str
) -> None:
    base, settings = str(tmp_path / "base"), PushSettings(target=target)
    push(tmp_path, base, 1, target=target)
    push(tmp_path, base, 2, target=target, label="canary")
    assert promote(base, None, "stable", settings) == 2
    assert service.labels == read_served_versions(base).labels == {"stable": 2, "canary": 2}
    assert roll_back(base, None, settings) == 1
    assert service.labels == read_served_versions(base).labels == {"stable": 1, "canary": 2}


def test_old_versions_are_unlisted_in_the_server_before_they_are_removed(
    tmp_path: Path, service: FakeModelService, target: str
) -> None:
    for version in (1, 2, 3):
        push(tmp_path, tmp_path / "base", version, target=target, keep_versions=1)
    assert service.configurations[-2:] == [([1, 2, 3], {"stable": 3}), ([2, 3], {"stable": 3})]


def test_a_version_that_does_not_load_gets_no_label_and_the_push_can_be_repeated(
    tmp_path: Path, base: str, service: FakeModelService, target: str
) -> None:
    push(tmp_path, base, 1, target=target)
    service.broken = {2}
    with pytest.raises(ContractError, match=r"version 2 .* did not load \(END: Data loss: truncated\); the label"):
        push(tmp_path, base, 2, target=target)
    assert service.labels == read_served_versions(base).labels == {"stable": 1}
    service.broken = set()
    assert push(tmp_path, base, 2, target=target), "though version 2 is listed and its bytes are there"
    assert service.labels == read_served_versions(base).labels == {"stable": 2}
    assert not push(tmp_path, base, 2, target=target)


def test_a_version_that_takes_too_long_gets_no_label(tmp_path: Path, service: FakeModelService, target: str) -> None:
    base = str(tmp_path / "base")
    push(tmp_path, base, 1, target=target)
    service.looks = 10**6
    with pytest.raises(ContractError, match=r"version 2 .* is LOADING after 2 s.*push.available_seconds"):
        push(tmp_path, base, 2, target=target, available_seconds=2.0)
    assert read_served_versions(base).labels == {"stable": 1}


def test_a_label_that_the_server_refuses_is_not_written(
    tmp_path: Path, service: FakeModelService, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Version 2 is unloaded between the last look and the label."""
    base = str(tmp_path / "base")
    push(tmp_path, base, 1, target=target)

    def wait(_server: model_server.ModelServer, version: int) -> None:
        service.broken = {version}

    monkeypatch.setattr(model_server.ModelServer, "wait_until_available", wait)
    with pytest.raises(ContractError, match=r"refuses the new models.config \(FAILED_PRECONDITION: .* 2 that"):
        push(tmp_path, base, 2, target=target)
    assert read_served_versions(base).labels == {"stable": 1}


def test_a_server_that_does_not_answer_is_named_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(tmp_path / "base")
    push(tmp_path, base, 1)
    push(tmp_path, base, 2)
    assert main(["rollback", "--base", base, "--target", "127.0.0.1:1"]) == 2
    assert "127.0.0.1:1: ModelService did not answer (UNAVAILABLE" in (message := capsys.readouterr().err)
    assert "leave --target out" in message
    assert read_served_versions(base).labels == {"stable": 2}


def test_the_list_shows_what_the_server_has_loaded(
    tmp_path: Path, service: FakeModelService, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    base = str(tmp_path / "base")
    push(tmp_path, base, 1, target=target)
    service.loaded[7] = 0
    assert main(["list", "--base", base, "--target", target]) == 0
    assert capsys.readouterr().out == ("1  served  AVAILABLE  stable\n7  not served  AVAILABLE  NOT IN THE FOLDER\n")
