"""Writes TensorFlow Serving's configuration: python -m serving.deployment --help."""

from __future__ import annotations

import argparse
from pathlib import Path

from components.command_line import exit_code_of
from schemas.settings import parse_settings
from serving.deployment.settings import DeploymentSettings
from serving.deployment.write import deployment_settings, write_deployment

SETTINGS = ("image", "volume_claim", "service_account", "replicas", "cores", "memory", "poll_seconds")


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and writes the files."""
    parser = argparse.ArgumentParser(
        prog="python -m serving.deployment",
        description="Writes the docker run line, monitoring.config and the Kubernetes manifests of a pushed folder. "
        "models.config stays where the push writes it: the servers read it there, again and again.",
    )
    parser.add_argument("--base", required=True, help="pushed folder, local or gs://<bucket>/<prefix>")
    parser.add_argument("--output", type=Path, required=True, help="folder to write, for example build/serving")
    parser.add_argument("--image", required=True, help="for example tensorflow/serving:2.19.1; never latest")
    parser.add_argument("--volume-claim", help="of the pushed folder on Kubernetes, where it is not gs://")
    parser.add_argument("--service-account", help="that may read gs://")
    parser.add_argument("--replicas", type=int, help="servers")
    parser.add_argument("--cores", type=int, help="of one server")
    parser.add_argument("--memory", help="of one server, such as 2Gi")
    parser.add_argument("--poll-seconds", type=int, help="how often models.config is read again")
    return exit_code_of(lambda: _write(parser.parse_args(arguments)))


def _write(options: argparse.Namespace) -> None:
    named = {name: value for name in SETTINGS if (value := getattr(options, name)) is not None}
    values = deployment_settings(options.base, named)
    settings = parse_settings(DeploymentSettings, values, "command line")
    write_deployment(settings, options.output)
    print(f"{options.output}: {' '.join(sorted(path.name for path in options.output.iterdir()))}")


if __name__ == "__main__":
    raise SystemExit(main())
