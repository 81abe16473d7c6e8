"""A pipeline on a Kubeflow server."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kfp
import kfp_server_api  # type: ignore[import-untyped]  # it ships no type information
import urllib3.exceptions

from orchestration.compiling import compile_pipeline
from schemas.errors import ContractError


def submit_pipeline(
    pipeline: Any,
    arguments: dict[str, Any],
    host: str,
    *,
    run_name: str,
    experiment: str,
    namespace: str,
    tag: str | None = None,
    registry: str = "",
) -> str:
    """Sends a pipeline to a server, which runs it once.

    Args:
        pipeline: What dsl.pipeline made.
        arguments: Of the pipeline.
        host: The address of the KFP API, for example `http://localhost:8080`.
        run_name: What the server shows.
        experiment: The server's group of runs; made where it does not exist.
        namespace: The Kubernetes namespace of the server's user.
        tag: The images' tag, a commit.
        registry: What stands before the images' names.

    Returns:
        The run's id on the server.

    Raises:
        ContractError: The tag cannot be a tag, or the server cannot be reached or refuses the request.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pipeline.yaml"
        compile_pipeline(pipeline, path, {}, tag, registry)
        with kubeflow_client(host, namespace) as client:
            result = client.create_run_from_pipeline_package(
                str(path), arguments=arguments, run_name=run_name, experiment_name=experiment, namespace=namespace
            )
    return str(result.run_id)


@contextlib.contextmanager
def kubeflow_client(host: str, namespace: str) -> Iterator[kfp.Client]:
    """A client of a server, whose errors are refusals.

    Args:
        host: The address of the KFP API.
        namespace: The Kubernetes namespace of the server's user.

    Raises:
        ContractError: The server cannot be reached or refuses a request of the block.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="This client only works with", category=FutureWarning)
            client = kfp.Client(host=host, namespace=namespace)
        yield client
    except kfp_server_api.ApiException as error:
        raise ContractError(f"{host}: refused the request ({error.status} {error.reason}): {error.body}") from error
    except (urllib3.exceptions.HTTPError, TimeoutError) as error:
        raise ContractError(f"{host}: cannot be reached ({error}); is this the KFP API's address?") from error
