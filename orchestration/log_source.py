"""The logs of a run: a log folder as it is, a remote one mirrored, EB-NeRD or MIND converted, or a simulated shop."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.arguments import Input
from orchestration.configuration import RunConfiguration
from orchestration.fingerprint import code_fingerprint, folder_fingerprint, values_fingerprint
from orchestration.remote_logs import mirror_logs
from schemas.errors import ContractError
from schemas.remote.address import is_remote, local_folder
from schemas.timeline import Timeline
from sources.mind_layout.splits import is_official_folder as is_mind_folder

EBNERD_FILE = Path("train") / "behaviors.parquet"


def find_logs(
    configuration: RunConfiguration, logs: Path | str | None, runs: Path, timeline: Timeline | None = None
) -> Input:
    """The folder that the pipeline reads.

    What a source has made once is reused as long as its settings, its code and its own input are the same.

    Args:
        configuration: Of the run.
        logs: What the user named, a folder or gs://..., or None.
        runs: Converted, simulated and mirrored logs are kept in its folder `logs`.
        timeline: Which days of remote logs are needed; the configuration's by default.

    Raises:
        ContractError: The folder does not exist, or none is named and the configuration's source cannot do without.
    """
    if isinstance(logs, str):
        if is_remote(logs):
            return mirror_logs(logs, timeline or configuration.timeline, runs)
        logs = local_folder(logs)
    if logs is None:
        folder = _simulated(configuration, runs)
    elif (logs / EBNERD_FILE).is_file():
        folder = _converted_ebnerd(configuration, logs, runs)
    elif is_mind_folder(logs):
        folder = _converted_mind(configuration, logs, runs)
    else:
        folder = logs
    return Input(str(folder.resolve()), folder_fingerprint(folder))


def _simulated(configuration: RunConfiguration, runs: Path) -> Path:
    if configuration.source != "simulator":
        raise ContractError(
            f"configuration '{configuration.name}': its source '{configuration.source}' cannot make logs by itself; "
            "name a folder with --logs"
        )
    from sources.simulator import simulate

    settings = configuration.simulator
    values = {"settings": settings.model_dump(mode="json"), "code": code_fingerprint("sources.simulator")}
    target = runs / "logs" / f"simulator-{values_fingerprint(values)}"
    return _made_once(target, lambda: simulate(output=target, settings=settings))


def _converted_ebnerd(configuration: RunConfiguration, official: Path, runs: Path) -> Path:
    from sources.ebnerd import convert_ebnerd

    settings = configuration.ebnerd
    values = {
        "settings": settings.model_dump(mode="json"),
        "official": folder_fingerprint(official),
        "code": code_fingerprint("sources.ebnerd"),
    }
    target = runs / "logs" / f"ebnerd-{values_fingerprint(values)}"
    return _made_once(target, lambda: convert_ebnerd(bundle=official, output=target, seed=settings.seed))


def _converted_mind(configuration: RunConfiguration, official: Path, runs: Path) -> Path:
    from sources.mind import convert_mind

    settings = configuration.mind
    values = {
        "settings": settings.model_dump(mode="json"),
        "official": folder_fingerprint(official),
        "code": code_fingerprint("sources.mind"),
    }
    target = runs / "logs" / f"mind-{values_fingerprint(values)}"
    return _made_once(target, lambda: convert_mind(official=official, output=target, seed=settings.seed))


def _made_once(target: Path, make: Callable[[], object]) -> Path:
    """A source writes its folder whole or not at all, so one that is there is complete."""
    if target.is_dir():
        print(f"logs: reusing {target}", flush=True)
    else:
        print(f"logs: writing {target}", flush=True)
        make()
    return target
