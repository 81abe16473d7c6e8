"""The server's own command line, the same under docker and Kubernetes."""

from __future__ import annotations

from serving.deployment.settings import DeploymentSettings
from serving.local_server.served_folder import MODELS_CONFIG

COMMAND = "tensorflow_model_server"
"""Not the image's entry point: that is a shell, which would keep signals from the server."""

GRPC_PORT, REST_PORT = 8500, 8501
MONITORING_FILE = "/etc/tensorflow-serving/monitoring.config"

CHANNEL_ARGUMENTS = {
    # Callers connect anew now and then, so that a server that has just started gets its share of them.
    "grpc.max_connection_age_ms": 300_000,
    "grpc.max_connection_age_grace_ms": 10_000,
    # The client's own signs of life come every 30 s (serving/channels.py).
    "grpc.http2.min_ping_interval_without_data_ms": 20_000,
}


def server_arguments(settings: DeploymentSettings) -> list[str]:
    """The flags of tensorflow_model_server.

    Args:
        settings: What is served.
    """
    flags: dict[str, object] = {
        "port": GRPC_PORT,
        "rest_api_port": REST_PORT,
        "model_config_file": f"{settings.base_path}/{MODELS_CONFIG}",
        "model_config_file_poll_wait_seconds": settings.poll_seconds,
        "file_system_poll_wait_seconds": settings.poll_seconds,
        # Without it a server could not start with labels: no version is loaded before the first configuration.
        "allow_version_labels_for_unavailable_models": "true",
        # Versions come and go beside the thread that watches for them.
        "num_load_threads": 1,
        "num_unload_threads": 1,
        "enable_model_warmup": "true",
        # One request is one user; waiting for others would only cost time.
        "enable_batching": "false",
        # A request stays on one core, as many as there are cores at the same time.
        "tensorflow_intra_op_parallelism": 1,
        "tensorflow_inter_op_parallelism": settings.cores,
        "enable_grpc_healthcheck_service": "true",
        "enable_serialization_as_tensor_content": "true",
        "monitoring_config_file": MONITORING_FILE,
        "grpc_channel_arguments": ",".join(f"{name}={value}" for name, value in CHANNEL_ARGUMENTS.items()),
    }
    return [f"--{name}={value}" for name, value in flags.items()]
