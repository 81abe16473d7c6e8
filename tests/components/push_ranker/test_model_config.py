"""models.config is what TensorFlow Serving's own message class reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from components.push_ranker.model_config import ServedVersions, read_served_versions, write_served_versions
from components.push_ranker.serving_base import open_base
from components.push_ranker.settings import PushSettings
from schemas.errors import ContractError

SETTINGS = PushSettings(served_base_path="/models/ranker")
SERVED = ServedVersions(
    (202603080000, 202603090000),
    {"stable": 202603080000},
    stable_before=(202603070000, 202603060000),
    moving=("stable", 202603090000),
)


def test_tensorflow_serving_parses_it(tmp_path: Path) -> None:
    """Its parser passes over our comments."""
    write_served_versions(open_base(tmp_path), SERVED, SETTINGS)
    text = (tmp_path / "models.config").read_text(encoding="utf-8")
    assert text.startswith("# stable before: 202603070000 202603060000\n# moving: stable 202603090000\n")
    server = text_format.Parse(text, model_server_config_pb2.ModelServerConfig())
    (model,) = server.model_config_list.config
    assert (model.name, model.base_path, model.model_platform) == ("ranker", "/models/ranker", "tensorflow")
    assert list(model.model_version_policy.specific.versions) == [202603080000, 202603090000]
    assert dict(model.version_labels) == {"stable": 202603080000}


@pytest.mark.parametrize("served", [SERVED, ServedVersions((1,), {"canary": 1})])
def test_round_trip(tmp_path: Path, served: ServedVersions) -> None:
    write_served_versions(open_base(tmp_path), served, SETTINGS)
    assert read_served_versions(tmp_path) == served


def test_nothing_is_served_without_it(tmp_path: Path) -> None:
    assert read_served_versions(tmp_path) == ServedVersions((), {})


def test_a_label_of_an_unlisted_version_is_refused_before_writing(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="label 'stable' points at 3"):
        write_served_versions(open_base(tmp_path), ServedVersions((1, 2), {"stable": 3}), SETTINGS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["no such field: 1", "", "model_config_list {config {} config {}}"])
def test_a_broken_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "models.config").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=r"models\.config"):
        read_served_versions(tmp_path)


def test_moving_stable_forward_and_back_remembers_what_was_stable() -> None:
    served = ServedVersions((1,), {"stable": 1}).labelled("stable", 2).labelled("canary", 3).labelled("stable", 3)
    assert served == ServedVersions((1, 2, 3), {"stable": 3, "canary": 3}, (2, 1))
    assert served.labelled("stable", 3) == served
    assert served.rolled_back(2).stable_before == (1,)
    assert served.rolled_back(1).stable_before == ()
    again = served.rolled_back(1).labelled("stable", 2)
    assert (again.labels["stable"], again.stable_before) == (2, (1,))
