"""The Kubernetes objects: a Deployment, the Service before it, and the ConfigMap with monitoring.config."""

from __future__ import annotations

from typing import Any

from components.push_ranker.served_versions import STABLE
from schemas.remote.address import is_remote
from serving.deployment.monitoring import METRICS_PATH, monitoring_config
from serving.deployment.server_arguments import (
    COMMAND,
    GRPC_PORT,
    MONITORING_FILE,
    REST_PORT,
    server_arguments,
)
from serving.deployment.settings import DeploymentSettings

Manifest = dict[str, Any]

SECONDS_TO_LEAVE = 10
"""After which no caller sends to a server that stops."""


def config_map(settings: DeploymentSettings) -> Manifest:
    """monitoring.config as a mounted file."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _config_name(settings), "labels": _labels(settings)},
        "data": {"monitoring.config": monitoring_config()},
    }


def service(settings: DeploymentSettings) -> Manifest:
    """One address for all servers."""
    ports = [_service_port("grpc", GRPC_PORT), _service_port("rest", REST_PORT)]
    ports[0]["appProtocol"] = "kubernetes.io/h2c"
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": settings.model_name, "labels": _labels(settings)},
        "spec": {"type": "ClusterIP", "selector": _labels(settings), "ports": ports},
    }


def deployment(settings: DeploymentSettings) -> Manifest:
    """The servers; a new one takes requests before an old one goes."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": settings.model_name, "labels": _labels(settings)},
        "spec": {
            "replicas": settings.replicas,
            "selector": {"matchLabels": _labels(settings)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {
                "metadata": {
                    "labels": _labels(settings),
                    "annotations": {
                        "prometheus.io/scrape": "true",
                        "prometheus.io/port": str(REST_PORT),
                        "prometheus.io/path": METRICS_PATH,
                    },
                },
                "spec": _pod(settings),
            },
        },
    }


def _pod(settings: DeploymentSettings) -> Manifest:
    mounts = [{"name": "monitoring", "mountPath": MONITORING_FILE, "subPath": "monitoring.config", "readOnly": True}]
    volumes: list[Manifest] = [{"name": "monitoring", "configMap": {"name": _config_name(settings)}}]
    if not is_remote(settings.base_path):
        mounts.append({"name": "models", "mountPath": settings.base_path, "readOnly": True})
        claim = {"claimName": settings.volume_claim, "readOnly": True}
        volumes.append({"name": "models", "persistentVolumeClaim": claim})
    resources = {"cpu": str(settings.cores), "memory": settings.memory}
    return {
        "serviceAccountName": settings.service_account,
        "terminationGracePeriodSeconds": SECONDS_TO_LEAVE + 5,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "tensorflow-serving",
                "image": settings.image,
                "command": [COMMAND],
                "args": server_arguments(settings),
                "ports": [
                    {"name": "grpc", "containerPort": GRPC_PORT},
                    {"name": "rest", "containerPort": REST_PORT},
                ],
                "resources": {"requests": dict(resources), "limits": dict(resources)},
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": mounts,
                "startupProbe": {**_stable_is_available(settings), "periodSeconds": 2, "failureThreshold": 150},
                "readinessProbe": {**_stable_is_available(settings), "periodSeconds": 5, "failureThreshold": 2},
                "livenessProbe": {"grpc": {"port": GRPC_PORT}, "periodSeconds": 10, "failureThreshold": 3},
                "lifecycle": {"preStop": {"exec": {"command": ["sleep", str(SECONDS_TO_LEAVE)]}}},
            }
        ],
        "volumes": volumes,
    }


def _stable_is_available(settings: DeploymentSettings) -> Manifest:
    """A probe that succeeds while the version labelled `stable` is AVAILABLE.

    The metadata of the label, not /v1/models/<name>: the latter answers 200 in every state, and a server with several
    versions opens its port when the first of them is loaded.
    """
    path = f"/v1/models/{settings.model_name}/labels/{STABLE}/metadata"
    return {"httpGet": {"path": path, "port": "rest"}, "timeoutSeconds": 2}


def _labels(settings: DeploymentSettings) -> dict[str, str]:
    return {"app.kubernetes.io/name": settings.model_name, "app.kubernetes.io/part-of": "frontrow"}


def _config_name(settings: DeploymentSettings) -> str:
    return f"{settings.model_name}-monitoring"


def _service_port(name: str, port: int) -> Manifest:
    return {"name": name, "port": port, "targetPort": name}
