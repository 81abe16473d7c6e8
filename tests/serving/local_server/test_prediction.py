"""Predict and GetModelMetadata answer and refuse as TensorFlow Serving does, word for word."""

from __future__ import annotations

from typing import Any

import grpc
import numpy
import pytest
import tensorflow
from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2

from tests.serving.local_server.calls import Calls, predict_request, probabilities, refusal
from tests.serving.local_server.small_models import KNOWN, probability, request_values

INVALID, PRECONDITION = grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION
NAMES = ",".join(sorted(request_values()))


def without(*names: str) -> str:
    """The inputs' names without some."""
    return ",".join(name for name in NAMES.split(",") if name not in names)


@pytest.mark.parametrize(
    ("specification", "version"),
    [({}, 2), ({"version": 1}, 1), ({"version_label": "stable"}, 1), ({"version_label": "canary"}, 2)],
)
def test_the_version_that_is_meant_answers(calls: Calls, specification: dict[str, Any], version: int) -> None:
    response = calls.predict(predict_request(**specification))
    expected = [probability(version, 1, 1), probability(version, 2, 0), probability(version, 3, 0)]
    numpy.testing.assert_allclose(probabilities(response), expected, atol=1e-6)
    assert tensorflow.make_ndarray(response.outputs["space"]).item() == b"tiny"
    assert (response.model_spec.name, response.model_spec.version.value) == ("ranker", version)
    assert response.model_spec.signature_name == "rank"


def test_without_a_signature_the_default_one_answers(calls: Calls) -> None:
    response = calls.predict(predict_request(signature_name=""))
    assert response.model_spec.signature_name == "serving_default"
    # As bytes: what TensorFlow Serving does with the flag that our deployment gives it.
    assert len(response.outputs["click_probability"].tensor_content) == 4 * len(KNOWN)


def test_only_the_wanted_outputs_are_sent(calls: Calls) -> None:
    request = predict_request()
    request.output_filter.append("space")
    assert sorted(calls.predict(request).outputs) == ["space"]


@pytest.mark.parametrize(
    ("specification", "code", "message"),
    [
        ({"name": "half"}, grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(half)"),
        ({"version": 9}, grpc.StatusCode.NOT_FOUND, "Servable not found for request: Specific(ranker, 9)"),
        ({"version_label": "beta"}, INVALID, "Unrecognized servable version label: beta"),
        ({"name": "half", "version_label": "stable"}, INVALID, "Unrecognized servable version label: stable"),
        ({"name": ""}, INVALID, "ModelSpec has no name specified."),
        ({"signature_name": "predict"}, PRECONDITION, 'Serving signature key "predict" not found.'),
    ],
)
def test_unknown_models_versions_labels_and_signatures(
    calls: Calls, specification: dict[str, Any], code: grpc.StatusCode, message: str
) -> None:
    assert refusal(lambda: calls.predict(predict_request(**specification))) == (code, message)
    if "signature_name" not in specification:
        assert refusal(lambda: calls.metadata(**specification)) == (code, message)


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        (
            {"device": None, "space": None},
            f"input size does not match signature: 8!=10 len({{{without('device', 'space')}}}) "
            f"!= len({{{NAMES}}}). Sent extra: {{}}. Missing but required: {{device,space}}.",
        ),
        (
            {"more": 1.0},
            f"input size does not match signature: 11!=10 len({{{NAMES.replace('recent', 'more,recent')}}}) != "
            f"len({{{NAMES}}}). Sent extra: {{more}}. Missing but required: {{}}.",
        ),
        (
            {"device": None, "telephone": b"x"},
            "Signature input alias: device(feed name: rank_device:0) not found in request and no default value "
            "provided. Inputs expected to be in the request {"
            + without("device").replace("space", "space,telephone")
            + "}, or default input alias set: ",
        ),
        ({"content_ids": [1.5]}, "Expects arg[2] to be string but float is provided"),
        ({"user_embedding": [b"a"]}, "Expects arg[7] to be float but string is provided"),
        ({"user_embedding": numpy.zeros(2)}, "Expects arg[7] to be float but double is provided"),
        ({"timestamp": numpy.int32(3)}, "Expects arg[6] to be int64 but int32 is provided"),
        ({"content_ids": [[b"a", b"b"]]}, "input content_ids has shape [1, 2], the signature takes [-1]"),
        ({"timestamp": numpy.array([3])}, "input timestamp has shape [1], the signature takes []"),
    ],
)
def test_missing_mistyped_and_misshaped_inputs(calls: Calls, replaced: dict[str, Any], message: str) -> None:
    assert refusal(lambda: calls.predict(predict_request(replaced))) == (INVALID, message)


def test_an_operation_of_the_model_that_refuses_is_named(calls: Calls) -> None:
    """The words are TensorFlow's, without what its Python interface puts before them."""
    code, message = refusal(lambda: calls.predict(predict_request({"viewed_times": numpy.array([1, 2, 3])})))
    assert code is INVALID
    assert message.startswith("indices[2] = 2 is not in [0, 2)")
    assert "{{node " in message


@pytest.mark.parametrize(
    ("outputs", "message"),
    [
        (
            ["odds"],
            "output tensor alias not found in signature: odds Outputs expected to be in the set "
            "{click_probability,space}.",
        ),
        (["space", "space"], "duplicate output tensor alias: space"),
    ],
)
def test_wrong_output_filters(calls: Calls, outputs: list[str], message: str) -> None:
    request = predict_request()
    request.output_filter.extend(outputs)
    assert refusal(lambda: calls.predict(request)) == (INVALID, message)


def test_a_request_without_a_model(calls: Calls) -> None:
    assert refusal(lambda: calls.predict(predict_pb2.PredictRequest())) == (INVALID, "Missing ModelSpec")


def test_a_long_message_is_cut(calls: Calls) -> None:
    code, message = refusal(lambda: calls.predict(predict_request(name="é" * 5000)))
    assert code is grpc.StatusCode.NOT_FOUND
    assert message.endswith("é...TRUNCATED")
    assert len(message.encode()) <= 1024 + len("...TRUNCATED")


def test_metadata_shows_the_signatures(calls: Calls) -> None:
    response = calls.metadata(version_label="stable")
    assert (response.model_spec.name, response.model_spec.version.value) == ("ranker", 1)
    signatures = get_model_metadata_pb2.SignatureDefMap()
    assert response.metadata["signature_def"].Unpack(signatures)
    assert sorted(signatures.signature_def["rank"].inputs) == NAMES.split(",")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("", "GetModelMetadataRequest must specify at least one metadata_field"),
        ("size", "Metadata field size is not supported"),
    ],
)
def test_other_metadata_is_refused(calls: Calls, field: str, message: str) -> None:
    assert refusal(lambda: calls.metadata(field)) == (INVALID, message)


def test_methods_that_this_server_lacks_are_refused(calls: Calls) -> None:
    code, _ = refusal(lambda: calls.prediction.Classify(predict_request(), timeout=20))
    assert code is grpc.StatusCode.UNIMPLEMENTED
