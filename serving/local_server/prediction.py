"""Predict: from a request to a response, checked in TensorFlow Serving's order and refused in its words."""

from __future__ import annotations

from collections.abc import Iterable

from tensorflow_serving.apis import predict_pb2

from serving.local_server.refusals import failed_precondition, invalid_argument
from serving.local_server.request_tensors import Array, read_tensor
from serving.local_server.response_tensors import write_tensor
from serving.local_server.saved_model import SavedModel
from serving.local_server.signature import Signature

DEFAULT_SIGNATURE = "serving_default"


def predict(
    model: SavedModel, version: int, request: predict_pb2.PredictRequest, most_values: int
) -> predict_pb2.PredictResponse:
    """Answers one request.

    Source of the checks and their messages: tensorflow_serving/servables/tensorflow/predict_util.cc and
    tensorflow/cc/saved_model/util.cc.

    Args:
        model: The version that was asked.
        version: Its number.
        request: Which signature, its inputs and the wanted outputs.
        most_values: Of one input.

    Raises:
        RefusalError: The request does not fit the signature, or an operation of the model refused it.
    """
    name = request.model_spec.signature_name or DEFAULT_SIGNATURE
    signature = model.signatures.get(name)
    if signature is None:
        raise failed_precondition(f'Serving signature key "{name}" not found.')
    inputs = _inputs(signature, request, most_values)
    outputs = _outputs(signature, request.output_filter)
    values = model.call(signature, inputs, outputs)
    response = predict_pb2.PredictResponse()
    response.model_spec.name = request.model_spec.name
    response.model_spec.signature_name = name
    response.model_spec.version.value = version
    for alias, value in zip(outputs, values, strict=True):
        response.outputs[alias].CopyFrom(write_tensor(value))
    return response


def _inputs(signature: Signature, request: predict_pb2.PredictRequest, most_values: int) -> list[Array]:
    """The inputs in the signature's order."""
    sent, wanted = request.inputs, signature.inputs
    defaults = [one.alias for one in wanted if one.default is not None]
    if len(sent) > len(wanted) or (len(sent) < len(wanted) and not defaults):
        names = {one.alias for one in wanted}
        extra, missing = set(sent) - names, names - set(sent)
        raise invalid_argument(
            f"input size does not match signature: {len(sent)}!={len(wanted)} len({_braced(sent)}) != "
            f"len({_braced(names)}). Sent extra: {_braced(extra)}. Missing but required: {_braced(missing)}."
        )
    values, used = [], 0
    for one in wanted:
        if one.alias in sent:
            used += 1
            values.append(read_tensor(one, sent[one.alias], most_values))
        elif one.default is not None:
            values.append(read_tensor(one, one.default, most_values))
        else:
            raise invalid_argument(
                f"Signature input alias: {one.alias}(feed name: {one.tensor_name}) not found in request and no default "
                f"value provided. Inputs expected to be in the request {_braced(sent)}, or default input alias set: "
                f"{','.join(defaults)}"
            )
    if used != len(sent):
        known = ",".join(one.alias for one in wanted if one.alias in sent)
        raise invalid_argument(
            f"Inputs contains invalid name. Used request inputs: {known}, request input: {','.join(sorted(sent))}"
        )
    return values


def _outputs(signature: Signature, output_filter: Iterable[str]) -> tuple[str, ...]:
    """The names of the wanted outputs, sorted; all where none is named."""
    seen: set[str] = set()
    for alias in output_filter:
        if alias not in signature.outputs:
            raise invalid_argument(
                f"output tensor alias not found in signature: {alias} Outputs expected to be in the set "
                f"{_braced(signature.outputs)}."
            )
        if alias in seen:
            raise invalid_argument(f"duplicate output tensor alias: {alias}")
        seen.add(alias)
    return tuple(sorted(seen)) or tuple(signature.outputs)


def _braced(names: Iterable[str]) -> str:
    return "{" + ",".join(sorted(names)) + "}"
