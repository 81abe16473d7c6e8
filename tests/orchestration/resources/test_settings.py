"""A resource configuration is complete and means what Kubernetes would understand, or is refused with the key."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration.fingerprint import PROJECT_ROOT
from orchestration.resources.settings import Steps, amount, read_resources
from schemas.errors import ContractError

FILES = sorted((PROJECT_ROOT / "configs" / "resources").glob("*.yaml"))


def _changed(tmp_path: Path, *keys: str, value: Any) -> Path:
    """The configuration of GKE with one value changed; no value at all takes the key out."""
    content = yaml.safe_load((PROJECT_ROOT / "configs" / "resources" / "gke.yaml").read_text())
    place = content
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    path = tmp_path / "resources.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.stem))
def test_every_file_of_the_project_is_complete(path: Path) -> None:
    resources = read_resources(path)
    steps = {step.parent.name for step in (PROJECT_ROOT / "components").glob("*/component.py")}
    assert set(Steps.model_fields) == steps | {"start", "record_run"}
    for step in Steps.model_fields:
        retry = resources.of_step(step).retry
        assert retry is not None
        assert retry.attempts >= 1


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (("step",), {}, "unknown key 'step'"),
        (("steps", "train_gnn"), None, "'steps.train_gnn': Field required"),
        (("steps", "train_gnn", "gpu"), 1, "unknown key 'steps.train_gnn.gpu'"),
        (("steps", "train_gnn", "cpu", "limit"), "1", "the limit 1 is smaller than the request 8"),
        (("steps", "train_gnn", "cpu", "limit"), "eight", "'steps.train_gnn.cpu.limit'"),
        (("steps", "train_gnn", "memory", "request"), "28 GB", "'steps.train_gnn.memory.request'"),
        (("steps", "push_ranker", "secrets"), [{"name": "a", "value": "b"}], "secrets.0.value"),
        (("steps", "train_gnn", "tolerations"), [{"key": "a", "value": "b"}], "give a value with operator Equal"),
        (("retry", "first_wait"), "1 minute", "'retry.first_wait'"),
    ],
)
def test_what_is_wrong_is_refused_with_its_key(tmp_path: Path, keys: tuple[str, ...], value: Any, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        read_resources(_changed(tmp_path, *keys, value=value))


def test_a_step_may_have_retries_of_its_own(tmp_path: Path) -> None:
    resources = read_resources(_changed(tmp_path, "steps", "train_gnn", "retry", value={"attempts": 0}))
    retries = [resources.of_step(step).retry for step in ("train_gnn", "embed_nodes")]
    assert [retry.attempts for retry in retries if retry is not None] == [0, resources.retry.attempts]
    with pytest.raises(ContractError, match="'no_step' has no resources; known steps: start, validate_logs"):
        resources.of_step("no_step")


@pytest.mark.parametrize(
    ("text", "number"), [("2", 2), ("500m", Decimal("0.5")), ("1.5", Decimal("1.5")), ("1Ki", 1024), ("2G", 2 * 10**9)]
)
def test_quantities_are_those_of_kubernetes(text: str, number: Decimal) -> None:
    assert amount(text) == number
