"""Which images a run in containers uses, what they see of this machine, and what is said where there are none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import pipeline
from components.images import TAG_VARIABLE
from components.push_ranker.settings import PushSettings
from orchestration.command_line import main
from orchestration.containers import Images, container_arguments, container_runner, images_of, mounted_folders
from schemas.errors import ContractError

TAG = "4f2c9ab"


def test_the_pipeline_runs_as_it_is_compiled_with_the_chosen_images() -> None:
    made = Images(TAG, "shop/images").put_into(pipeline.daily)
    assert images_of(made) == [f"shop/images/frontrow/{name}:{TAG}" for name in ("data", "gnn", "ranker")]
    assert made.pipeline_spec.root.dag.tasks.keys() == pipeline.daily.pipeline_spec.root.dag.tasks.keys()


def test_without_a_tag_the_images_are_this_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TAG_VARIABLE, raising=False)
    assert len(Images.chosen(None, "").tag.removesuffix("-dirty")) == 40
    assert Images.chosen(None, "").named("data").startswith("localhost/frontrow/data:")
    monkeypatch.setenv(TAG_VARIABLE, TAG)
    assert Images.chosen(None, "shop") == Images(TAG, "shop")
    assert Images.chosen("77d01e2", "shop") == Images("77d01e2", "shop")


def test_steps_see_what_the_run_imports_and_write_to_what_it_pushes_to(tmp_path: Path) -> None:
    logs, network, serving = (tmp_path / name for name in ("logs", "network", "serving"))
    logs.mkdir()
    network.mkdir()
    arguments = {
        "logs": str(logs),
        "logs_fingerprint": "abc",
        "trained_network": str(network),
        "trained_network_fingerprint": "def",
        "earlier_graph": "none",
        "earlier_graph_fingerprint": "none",
        "serving": str(serving),
        "timeline": {},
    }
    assert mounted_folders(arguments) == {logs: False, network: False, serving: True}
    assert serving.is_dir()
    assert mounted_folders({"serving": "gs://shop/serving"}) == {}


def test_steps_publish_to_the_feature_store_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    push = {"keep_versions": 2.0, "feature_store": {"registry": "a/b.db"}}
    arguments = {"serving": "gs://shop/serving", "push": push}
    given = container_arguments(arguments)
    store = PushSettings(**given["push"]).feature_store
    assert store is not None
    assert (store.registry, store.sqlite_path) == (f"{tmp_path}/a/b.db", f"{tmp_path}/runs/feature_store/online.db")
    assert mounted_folders(given) == {tmp_path / "a": True, tmp_path / "runs" / "feature_store": True}
    remote = {"registry": "gs://shop/registry.db", "online_store": "redis"}
    given = container_arguments({"serving": "gs://shop/serving", "push": {"feature_store": remote}})
    assert mounted_folders(given) == {}
    assert container_arguments({"serving": "gs://shop/serving"}) == {"serving": "gs://shop/serving"}


def test_says_which_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    with pytest.raises(ContractError, match=r"pip install 'frontrow\[containers\]'"):
        container_runner(pipeline.daily, {"serving": "gs://shop/serving"})


def test_says_that_no_engine_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("docker", reason="pip install frontrow[containers]: there is no package docker")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/none.sock")
    with pytest.raises(ContractError, match=r"no container engine answers at unix://.*none.sock"):
        container_runner(pipeline.daily, {"serving": "gs://shop/serving"})


def test_an_evaluation_of_days_is_not_run_in_containers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main({"daily": pipeline.daily}, ["run", "--runner", "docker", "--test-days", "2"]) == 2
    assert "leave --runner docker out" in capsys.readouterr().err
