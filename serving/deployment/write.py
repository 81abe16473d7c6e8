"""Writes the files of a deployment, from what the push has written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from components.push_ranker.model_config import read_served_versions
from components.push_ranker.served_versions import STABLE
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.remote.address import is_remote, local_folder
from serving.deployment.docker import docker_run_script
from serving.deployment.kubernetes_manifests import config_map, deployment, service
from serving.deployment.monitoring import monitoring_config
from serving.deployment.settings import DeploymentSettings
from serving.local_server.served_folder import MODELS_CONFIG, read_configuration


def deployment_settings(base: str, values: dict[str, Any]) -> dict[str, Any]:
    """Adds what models.config says to what the caller says.

    Args:
        base: The pushed folder, local or gs://.
        values: Settings that the caller names.

    Returns:
        Keys and values of DeploymentSettings.

    Raises:
        ContractError: Nothing is pushed there, or what is pushed has no version labelled `stable`.
    """
    if is_remote(base):
        return {"base_path": base.rstrip("/"), **values}
    folder = local_folder(base).resolve()
    configuration = read_configuration(folder / MODELS_CONFIG)
    if STABLE not in read_served_versions(folder).labels:
        raise ContractError(f"{folder / MODELS_CONFIG}: no version is labelled '{STABLE}'; push or promote one first")
    (model,) = configuration.model_config_list.config
    found = {"base_path": model.base_path, "model_name": model.name}
    # Mounted where models.config says that the versions lie.
    mounted = {} if is_remote(model.base_path) else {"mounted_folder": str(folder)}
    return {**found, **mounted, **values}


def write_deployment(settings: DeploymentSettings, output: Path) -> None:
    """Writes docker_run.sh, monitoring.config, and Kubernetes' config_map.yaml, deployment.yaml and service.yaml.

    Args:
        settings: What is deployed.
        output: The folder; replaced as a whole.
    """
    with whole_folder(output) as folder:
        script = folder / "docker_run.sh"
        script.write_text(docker_run_script(settings), encoding="utf-8")
        script.chmod(0o755)
        (folder / "monitoring.config").write_text(monitoring_config(), encoding="utf-8")
        for manifest in (config_map(settings), deployment(settings), service(settings)):
            name = {"ConfigMap": "config_map", "Deployment": "deployment", "Service": "service"}[manifest["kind"]]
            text = yaml.safe_dump(manifest, sort_keys=False, width=120)
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
