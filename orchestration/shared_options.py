"""Options that several subcommands of pipeline.py share."""

from __future__ import annotations

import argparse
from pathlib import Path

from orchestration.compiling import Target
from orchestration.configuration import RunConfiguration, read_configuration
from orchestration.resources.settings import read_resources
from schemas.errors import ContractError

TAG_HELP = "tag of the images: the commit they were built from (default: development)"


def add_configuration_options(parser: argparse.ArgumentParser, default: str) -> None:
    """Adds --config, --as-of and --set."""
    parser.add_argument("--config", type=Path, default=Path(default), help="a run's YAML file (default: %(default)s)")
    parser.add_argument("--as-of", help="ISO 8601; replaces the configuration's as_of")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="replaces one setting, for example ranker.epochs=2; may be repeated",
    )


def option_of(name: str) -> str:
    """The option that chooses a trained artifact: `--ranker-with-graph` for `ranker_with_graph`."""
    return "--" + name.replace("_", "-")


def configuration_of(given: argparse.Namespace) -> RunConfiguration:
    """Reads what those options name.

    Raises:
        ContractError: The file or an option has an unknown key or a wrong value.
    """
    as_of = [f"as_of={given.as_of}"] if given.as_of else []
    return read_configuration(given.config, [*as_of, *given.set])


def cluster_configuration_of(given: argparse.Namespace) -> RunConfiguration:
    """Reads what those options name, for steps that run on the machines of a cluster.

    Raises:
        ContractError: As for configuration_of, or the feature store lies in files of one machine.
    """
    configuration = configuration_of(given)
    store = configuration.push.feature_store
    if store is not None and store.local_files:
        files = ", ".join(str(file) for file in store.local_files)
        raise ContractError(
            f"push.feature_store: {files}: the steps of a cluster share no machine's files; give a registry at "
            "gs://... and the online_store redis"
        )
    return configuration


def add_target_options(parser: argparse.ArgumentParser) -> None:
    """Adds --resources, --tag and --registry."""
    parser.add_argument(
        "--resources",
        type=Path,
        default=Path("configs/resources/gke.yaml"),
        help="what each step asks of the cluster, a YAML file (default: %(default)s)",
    )
    add_image_options(parser)


def add_image_options(parser: argparse.ArgumentParser, tag_help: str = TAG_HELP) -> None:
    """Adds --tag and --registry."""
    parser.add_argument("--tag", help=tag_help)
    parser.add_argument("--registry", default="", help="what stands before the images' names")


def target_of(given: argparse.Namespace) -> Target:
    """Reads what those options name.

    Raises:
        ContractError: The file has an unknown key, a missing step or a wrong value.
    """
    return Target(read_resources(given.resources), given.tag, given.registry)


def add_server_options(parser: argparse.ArgumentParser) -> None:
    """Adds --host, --experiment and --namespace."""
    parser.add_argument("--host", required=True, help="address of the KFP API, for example http://localhost:8080")
    parser.add_argument("--experiment", default="frontrow", help="the server's group of runs (default: %(default)s)")
    parser.add_argument("--namespace", default="kubeflow", help="Kubernetes namespace (default: %(default)s)")


def remote_address(option: str, address: str) -> str:
    """An address that a server can read.

    Raises:
        ContractError: It is a path of this machine.
    """
    if "://" not in address:
        raise ContractError(f"{option} {address}: a server cannot read this machine's files; give a gs:// address")
    return address
