"""GetModelStatus: where each version of a model stands."""

from __future__ import annotations

from tensorflow_serving.apis import get_model_status_pb2

from serving.local_server.refusals import invalid_argument, not_found
from serving.local_server.version_states import Version
from serving.local_server.version_table import VersionTable


def model_status(
    table: VersionTable, request: get_model_status_pb2.GetModelStatusRequest
) -> get_model_status_pb2.GetModelStatusResponse:
    """Answers one request; a version label is not looked at, as in TensorFlow Serving.

    Source: tensorflow_serving/model_servers/get_model_status_impl.cc.

    Raises:
        RefusalError: There is no such model or version.
    """
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    name, specification = request.model_spec.name, request.model_spec
    versions = table.versions(name)
    if specification.WhichOneof("version_choice") == "version":
        number = specification.version.value
        versions = [version for version in versions if version.number == number]
        if not versions:
            raise not_found(f"Could not find version {number} of model {name}")
    if not versions:
        raise not_found(f"Could not find any versions of model {name}")
    response = get_model_status_pb2.GetModelStatusResponse()
    response.model_version_status.extend(_status(version) for version in versions)
    return response


def _status(version: Version) -> get_model_status_pb2.ModelVersionStatus:
    states = get_model_status_pb2.ModelVersionStatus.State
    status = get_model_status_pb2.ModelVersionStatus(version=version.number, state=states.Value(version.state.name))
    status.status.SetInParent()
    if version.error is not None:
        status.status.CopyFrom(version.error.status_proto)
    return status
