"""push, promote and rollback of the push against a server that keeps TensorFlow Serving's rules, under load."""

from __future__ import annotations

from pathlib import Path

from components.push_ranker.__main__ import main
from components.push_ranker.labels import promote
from components.push_ranker.push import push_version
from components.push_ranker.settings import InfraValidationSettings, PushSettings
from serving.local_server.server import LocalServer
from tests.serving.local_server.calls import Calls
from tests.serving.local_server.conftest import SETTINGS
from tests.serving.local_server.small_models import CONTAINER_PATH
from tests.serving.local_server.test_changes_under_load import Load

PUSH = PushSettings(
    served_base_path=CONTAINER_PATH, infra_validation=InfraValidationSettings(enabled=False), label="canary"
)


def test_a_canary_is_pushed_promoted_and_rolled_back_and_no_request_fails(
    saved_models: dict[int, Path], tmp_path: Path
) -> None:
    base = tmp_path / "base"
    push_version(saved_models[1], base, 1, PUSH.model_copy(update={"label": "stable"}))
    push_version(saved_models[1], base, 1, PUSH)
    configuration = tmp_path / "run.yaml"
    configuration.write_text(f"push:\n  served_base_path: {CONTAINER_PATH}\n", encoding="utf-8")
    with LocalServer(base, SETTINGS.model_copy(update={"poll_seconds": 0.1})) as server:
        common = ["--base", str(base), "--config", str(configuration), "--target", server.target]
        assert main(["promote", *common, "--version", "1", "--label", "canary"]) == 0
        with Load(server.target) as load:
            load.wait_for_stable(1)
            assert push_version(saved_models[2], base, 2, PUSH.model_copy(update={"target": server.target}))
            assert Calls(server.target).states() == {2: "AVAILABLE", 1: "AVAILABLE"}
            load.wait_for_stable(1)
            assert main(["promote", *common]) == 0
            load.wait_for_stable(2)
            assert main(["rollback", *common]) == 0
            load.wait_for_stable(1)
        assert load.failures == []


def test_a_server_that_only_polls_follows_a_push_that_names_none(saved_models: dict[int, Path], tmp_path: Path) -> None:
    """It refuses a file that lists a version for the first time and moves a label to it, at every look."""
    base = tmp_path / "base"
    settings = PUSH.model_copy(update={"label": "stable", "poll_seconds": 1.0})
    push_version(saved_models[1], base, 1, settings)
    promote(str(base), 1, "canary", settings)
    with LocalServer(base, SETTINGS.model_copy(update={"poll_seconds": 0.1})) as server, Load(server.target) as load:
        load.wait_for_stable(1)
        push_version(saved_models[2], base, 2, settings)
        load.wait_for_stable(2)
    assert load.failures == []
