"""`python pipeline.py register`: compiled pipelines as versions that a Kubeflow server shows and runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

from orchestration.submission import kubeflow_client
from schemas.errors import ContractError


def add_parser(parsers: Any, pipelines: list[str]) -> None:
    """Adds the subcommand."""
    parser: argparse.ArgumentParser = parsers.add_parser(
        "register", help="show compiled pipelines to a Kubeflow server"
    )
    names = ", ".join(f"{name}.yaml" for name in pipelines)
    parser.add_argument("--host", required=True, help="address of the KFP API, for example http://localhost:8080")
    parser.add_argument("--pipelines", type=Path, required=True, help=f"folder of `compile` with {names}")
    parser.add_argument("--tag", required=True, help="what the versions are called: the commit of code and images")
    parser.add_argument("--namespace", default="kubeflow", help="Kubernetes namespace (default: %(default)s)")
    parser.set_defaults(action=register)


def register(given: argparse.Namespace, pipelines: dict[str, Any]) -> None:
    """Registers every pipeline under its own name, and the compiled file as one more version of it.

    Raises:
        ContractError: A file is missing, or the server refuses; what is registered already stays.
    """
    files = {name: given.pipelines / f"{name}.yaml" for name in pipelines}
    for path in files.values():
        if not path.is_file():
            raise ContractError(f"{path}: not there; `python pipeline.py compile --output {given.pipelines}` writes it")
    for name, path in files.items():
        version = register_version(path, f"{name} {given.tag}", given.host, given.namespace)
        print(f"{given.host}: {path} is version {version}")


def register_version(path: Path, version: str, host: str, namespace: str) -> str:
    """Registers a compiled pipeline; the pipeline itself too where the server does not know it. Once is enough.

    Args:
        path: The compiled file.
        version: What the version is called.
        host: The address of the KFP API.
        namespace: The Kubernetes namespace of the server's user.

    Returns:
        The version's id.

    Raises:
        ContractError: The server cannot be reached or refuses the request.
    """
    name = next(yaml.safe_load_all(path.read_text(encoding="utf-8")))["pipelineInfo"]["name"]
    with kubeflow_client(host, namespace) as client:
        pipeline_id = client.get_pipeline_id(name)
        if pipeline_id is None:
            # The server calls a pipeline's first version by the pipeline's name.
            pipeline_id = client.upload_pipeline(str(path), pipeline_name=name).pipeline_id
        newest = client.list_pipeline_versions(pipeline_id, page_size=100, sort_by="created_at desc").pipeline_versions
        known = [found for found in newest or [] if found.display_name == version]
        registered = known[0] if known else client.upload_pipeline_version(str(path), version, pipeline_id=pipeline_id)
    return str(registered.pipeline_version_id)
