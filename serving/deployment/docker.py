"""The docker run line."""

from __future__ import annotations

import shlex

from serving.deployment.server_arguments import (
    COMMAND,
    GRPC_PORT,
    MONITORING_FILE,
    REST_PORT,
    server_arguments,
)
from serving.deployment.settings import DeploymentSettings

HEAD = """\
#!/usr/bin/env bash
# Serves the pushed folder with TensorFlow Serving: gRPC at {grpc}, REST and metrics at {rest}.
# Written by python -m serving.deployment.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
exec"""
HERE = '"$here/monitoring.config"'


def docker_run_script(settings: DeploymentSettings) -> str:
    """A shell script of one command; the container engine may be named by CONTAINER_ENGINE.

    Args:
        settings: What is served.
    """
    options = [
        "run --rm --init",
        f"--name {shlex.quote(settings.model_name)}",
        f"--publish {GRPC_PORT}:{GRPC_PORT}",
        f"--publish {REST_PORT}:{REST_PORT}",
        f"--volume {HERE}:{MONITORING_FILE}:ro",
    ]
    if settings.mounted_folder is not None:
        options.append(f"--volume {shlex.quote(settings.mounted_folder)}:{shlex.quote(settings.base_path)}:ro")
    options += [f"--entrypoint {COMMAND}", shlex.quote(settings.image)]
    options += [shlex.quote(argument) for argument in server_arguments(settings)]
    command = " \\\n    ".join(['"${CONTAINER_ENGINE:-docker}"', *options])
    return HEAD.format(grpc=GRPC_PORT, rest=REST_PORT) + " " + command + "\n"
