"""GetModelMetadata: the signatures of a version."""

from __future__ import annotations

from tensorflow_serving.apis import get_model_metadata_pb2

from serving.local_server.refusals import invalid_argument
from serving.local_server.server_core import ServerCore

SIGNATURES = "signature_def"


def model_metadata(
    core: ServerCore, request: get_model_metadata_pb2.GetModelMetadataRequest
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """Answers one request.

    Source: tensorflow_serving/servables/tensorflow/get_model_metadata_impl.cc.

    Raises:
        RefusalError: There is no such model, version or label, or other metadata than signatures are asked for.
    """
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    if not request.metadata_field:
        raise invalid_argument("GetModelMetadataRequest must specify at least one metadata_field")
    for field in request.metadata_field:
        if field != SIGNATURES:
            raise invalid_argument(f"Metadata field {field} is not supported")
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    signatures = get_model_metadata_pb2.SignatureDefMap()
    with core.lend(request.model_spec) as (version, model):
        for name, signature in model.signatures.items():
            signatures.signature_def[name].CopyFrom(signature.definition)
    response.model_spec.name = request.model_spec.name
    response.model_spec.version.value = version
    response.metadata[SIGNATURES].Pack(signatures)
    return response
