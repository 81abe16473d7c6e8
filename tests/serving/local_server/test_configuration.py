"""A new configuration changes what TensorFlow Serving would change, and is refused where it would refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from tensorflow_serving.apis import get_model_status_pb2, model_management_pb2

from schemas.errors import ContractError
from serving.local_server.server import LocalServer
from tests.serving.local_server.calls import Calls, predict_request, refusal
from tests.serving.local_server.conftest import SETTINGS
from tests.serving.local_server.small_models import CONTAINER_PATH, place, point

INVALID = grpc.StatusCode.INVALID_ARGUMENT
UNAVAILABLE_LABEL = (
    grpc.StatusCode.FAILED_PRECONDITION,
    "Request to assign label to version 2 of model ranker, which is not currently available for inference",
)


@pytest.fixture
def pushed(saved_models: dict[int, Path], tmp_path: Path) -> Path:
    """A pushed folder whose version 1 is served as `stable`; version 2 lies beside it, not listed."""
    for version, saved_model in saved_models.items():
        place(tmp_path / "base", version, saved_model)
    point(tmp_path / "base", [1], {"stable": 1})
    return tmp_path / "base"


@pytest.fixture
def own_calls(pushed: Path) -> Iterator[Calls]:
    """Calls of a server whose configuration a test may change."""
    with LocalServer(pushed, SETTINGS) as server:
        yield Calls(server.target)


def answering(calls: Calls, **specification: Any) -> int:
    version: int = calls.predict(predict_request(**specification)).model_spec.version.value
    return version


def test_a_label_moves_only_to_a_version_that_is_available(own_calls: Calls) -> None:
    # Nothing of a refused configuration happens, not even the loading: asked again and again, as a server does that
    # polls models.config, it is refused again and again.
    for _ in range(3):
        assert refusal(lambda: own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 2})) == UNAVAILABLE_LABEL
    assert own_calls.states() == {1: "AVAILABLE"}
    assert answering(own_calls, version_label="stable") == 1

    own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 1})
    own_calls.wait_for(2, "AVAILABLE")
    response = own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 2})
    assert (response.status.error_code, response.status.error_message) == (0, "")
    assert answering(own_calls, version_label="stable") == 2

    own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 1})
    assert answering(own_calls, version_label="stable") == 1
    assert answering(own_calls) == 2


def test_a_new_label_may_name_a_version_that_is_still_to_come(own_calls: Calls) -> None:
    """What --allow_version_labels_for_unavailable_models allows; without it that is refused too."""
    own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 1, "canary": 2})
    own_calls.wait_for(2, "AVAILABLE")
    assert answering(own_calls, version_label="canary") == 2


def test_without_the_flag_no_label_precedes_its_version(pushed: Path) -> None:
    strict = SETTINGS.model_copy(update={"labels_for_unavailable_versions": False})
    with pytest.raises(ContractError, match=r"assign label to version 1 of model ranker, which is not currently"):
        LocalServer(pushed, strict)
    point(pushed, [1], {})
    with LocalServer(pushed, strict) as server:
        calls = Calls(server.target)
        refused = refusal(lambda: calls.reload(CONTAINER_PATH, [1, 2], {"canary": 2}))
        assert refused == UNAVAILABLE_LABEL
        calls.reload(CONTAINER_PATH, [1], {"stable": 1})
        assert answering(calls, version_label="stable") == 1


def test_a_version_that_is_not_listed_any_more_is_unloaded_and_may_come_back(own_calls: Calls) -> None:
    own_calls.reload(CONTAINER_PATH, [2], {})
    own_calls.wait_for(1, "END")
    assert own_calls.states() == {2: "AVAILABLE", 1: "END"}
    code, message = refusal(lambda: answering(own_calls, version=1))
    assert (code, message) == (grpc.StatusCode.NOT_FOUND, "Servable not found for request: Specific(ranker, 1)")
    own_calls.reload(CONTAINER_PATH, [1, 2], {})
    own_calls.wait_for(1, "AVAILABLE")
    assert answering(own_calls, version=1) == 1


def test_a_model_that_is_not_listed_any_more_is_gone(own_calls: Calls) -> None:
    nowhere = refusal(lambda: own_calls.reload("/nowhere", [1], {}, name="another"))
    assert nowhere == (grpc.StatusCode.UNKNOWN, "1 model(s) did not become available: {{no version found}, }")
    own_calls.reload(CONTAINER_PATH, [1], {}, name="further")
    own_calls.wait_for(1, "END")
    assert answering(own_calls, name="further") == 1
    code, message = refusal(lambda: answering(own_calls))
    assert (code, message) == (grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(ranker)")


@pytest.mark.parametrize("damage", ["graph", "variables", "warm-up"])
def test_a_broken_version_is_not_served_and_says_why(own_calls: Calls, pushed: Path, damage: str) -> None:
    broken = {
        "graph": "saved_model.pb",
        "variables": "variables/variables.index",
        "warm-up": "assets.extra/tf_serving_warmup_requests",
    }
    (pushed / "2" / broken[damage]).write_bytes(b"damaged" * 20)
    own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 1})
    own_calls.wait_for(2, "END")
    request = get_model_status_pb2.GetModelStatusRequest()
    request.model_spec.name, request.model_spec.version.value = "ranker", 2
    (status,) = own_calls.model.GetModelStatus(request, timeout=20).model_version_status
    assert status.status.error_code
    assert status.status.error_message
    assert refusal(lambda: own_calls.reload(CONTAINER_PATH, [1, 2], {"stable": 2})) == UNAVAILABLE_LABEL
    assert answering(own_calls, version_label="stable") == answering(own_calls) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"base_path": "models/ranker"},
            "Expected model ranker to have an absolute path or URI; got base_path()=models/ranker",
        ),
        (
            {"model_platform": "torch"},
            "Illegal to change a model's platform. For model ranker platform was tensorflow and new platform requested "
            "is torch",
        ),
        (
            {"name": "another", "model_platform": ""},
            "Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform, "
            "model name is another",
        ),
    ],
)
def test_wrong_configurations(calls: Calls, options: dict[str, Any], message: str) -> None:
    options = {"base_path": CONTAINER_PATH, **options}
    assert refusal(lambda: calls.reload(versions=[1], labels={}, **options)) == (INVALID, message)


def test_a_configuration_without_a_list_or_with_a_model_twice(calls: Calls) -> None:
    request = model_management_pb2.ReloadConfigRequest()
    code, message = refusal(lambda: calls.model.HandleReloadConfigRequest(request, timeout=20))
    assert (code, message) == (
        INVALID,
        "ServerModelConfig type not supported by HandleReloadConfigRequest. "
        "Only ModelConfigList is currently supported",
    )
    for _ in range(2):
        request.config.model_config_list.config.add(
            name="ranker", base_path=CONTAINER_PATH, model_platform="tensorflow"
        )
    code, message = refusal(lambda: calls.model.HandleReloadConfigRequest(request, timeout=20))
    assert (code, message) == (INVALID, "Illegal to list model ranker multiple times in config list")


def test_the_newest_version_is_served_where_none_is_named(own_calls: Calls) -> None:
    own_calls.reload(CONTAINER_PATH, [], {})
    own_calls.wait_for(1, "END")
    request = model_management_pb2.ReloadConfigRequest()
    request.config.model_config_list.config.add(name="ranker", base_path=CONTAINER_PATH, model_platform="tensorflow")
    own_calls.model.HandleReloadConfigRequest(request, timeout=60)
    own_calls.wait_for(2, "AVAILABLE")
    assert answering(own_calls) == 2


@pytest.mark.parametrize(
    ("version", "message"),
    [(None, "Could not find any versions of model half"), (9, "Could not find version 9 of model half")],
)
def test_the_status_of_what_is_not_there(calls: Calls, version: int | None, message: str) -> None:
    request = get_model_status_pb2.GetModelStatusRequest()
    code, words = refusal(lambda: calls.model.GetModelStatus(request, timeout=20))
    assert (code, words) == (INVALID, "Missing ModelSpec")
    request.model_spec.name = "half"
    if version is not None:
        request.model_spec.version.value = version
    code, words = refusal(lambda: calls.model.GetModelStatus(request, timeout=20))
    assert (code, words) == (grpc.StatusCode.NOT_FOUND, message)


@pytest.mark.parametrize(
    ("text", "words"),
    [(None, "no such file"), ("nonsense", "not a model server configuration"), ("", "no model")],
)
def test_a_folder_without_a_pointer_is_refused(pushed: Path, text: str | None, words: str) -> None:
    if text is None:
        (pushed / "models.config").unlink()
    else:
        (pushed / "models.config").write_text(text, encoding="utf-8")
    with pytest.raises(ContractError, match=rf"models\.config: .*{words}"):
        LocalServer(pushed, SETTINGS)


def test_a_folder_whose_versions_are_all_broken_is_refused(pushed: Path) -> None:
    (pushed / "1" / "saved_model.pb").write_bytes(b"damaged")
    with pytest.raises(ContractError, match=r"1 model\(s\) did not become available: .*Cannot parse file"):
        LocalServer(pushed, SETTINGS)


def test_a_port_that_is_taken_is_refused(own_calls: Calls, pushed: Path) -> None:
    del own_calls
    with LocalServer(pushed, SETTINGS) as server:
        port = int(server.target.rpartition(":")[2])
        with pytest.raises(ContractError, match=f"{port} cannot be listened at"):
            LocalServer(pushed, SETTINGS.model_copy(update={"port": port}))
