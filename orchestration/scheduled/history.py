"""What scheduled runs leave for later ones: one JSON object a run, with all that a later run chooses by.

Which run to go on from is decided by the functions that decide it on one machine (orchestration.continued_run). They
read a folder of runs; here it is unpacked from the history, with the meta.json files of each artifact and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pydantic

from orchestration.finished_runs import RunRecord, write_record
from orchestration.run_folder import write_artifacts_file
from schemas.artifact_meta import FILE_NAME
from schemas.errors import ContractError
from schemas.instants import Instant, compact_instant, parse_instant
from schemas.remote.address import RemoteFolder, is_remote
from schemas.remote.listing import list_files, storage_client
from schemas.remote.reading import local_logs
from schemas.remote.refusals import storage_refusals
from schemas.settings import Settings, parse_settings

EVALUATION_FILE = "evaluation.json"
KEPT = ("network", "ranker_without_graph", "ranker_with_graph", "replay_graph", "embeddings", "evaluation")
"""The artifacts that a later run may choose or choose by."""


class ScheduledRun(Settings):
    """One finished run on a server.

    Attributes:
        record: What it was made from.
        artifacts: The address of each of KEPT, by name.
        files: The meta.json files of the artifacts and the verdict, by `<artifact>/<path inside it>`.
    """

    record: RunRecord
    artifacts: dict[str, str]
    files: dict[str, str] = pydantic.Field(repr=False)


def run_name(record: RunRecord) -> str:
    """The name of a run, the same each time that it runs: `production-refresh-202603100030`."""
    return f"{record.configuration}-{record.pipeline}-{compact_instant(parse_instant(record.newest))}"


def describe_run(record: RunRecord, artifacts: Mapping[str, str]) -> ScheduledRun:
    """Reads what later runs need to know of a run's artifacts.

    Args:
        record: What the run was made from.
        artifacts: Addresses of the run's artifacts by name; those of KEPT must be among them.

    Raises:
        ContractError: One is not named, or holds no meta.json.
    """
    missing = [name for name in KEPT if name not in artifacts]
    if missing:
        raise ContractError(f"{run_name(record)}: no address of {', '.join(missing)}, found {sorted(artifacts)}")
    files: dict[str, str] = {}
    for name in KEPT:
        with local_logs(artifacts[name], _describes) as folder:
            metas = {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in folder.rglob(FILE_NAME)}
            if not metas:
                raise ContractError(f"{artifacts[name]}: no {FILE_NAME} in it; the artifact is not complete")
            files |= {f"{name}/{path}": text for path, text in metas.items()}
            if name == "evaluation":
                blessed = json.loads((folder / EVALUATION_FILE).read_text("utf-8"))["verdict"]["blessed"]
                files[f"{name}/{EVALUATION_FILE}"] = json.dumps({"verdict": {"blessed": blessed}})
    return ScheduledRun(record=record, artifacts={name: artifacts[name] for name in KEPT}, files=files)


def _describes(path: str) -> bool:
    return path.rpartition("/")[2] in (FILE_NAME, EVALUATION_FILE)


def write_scheduled_run(history: str, run: ScheduledRun) -> str:
    """Notes a finished run; one that is noted already is replaced, as a run made again leaves the same.

    Args:
        history: gs://<bucket>/<prefix>, or a folder of this machine.
        run: From describe_run.

    Returns:
        The address of the note.
    """
    name, text = f"{run_name(run.record)}.json", run.model_dump_json(indent=1)
    if not is_remote(history):
        Path(history).mkdir(parents=True, exist_ok=True)
        (Path(history) / name).write_text(text, encoding="utf-8")
        return str(Path(history) / name)
    folder = RemoteFolder.parse(history)
    with storage_client(folder.url) as client, storage_refusals(folder.url):
        # One object appears whole or not at all.
        client.bucket(folder.bucket).blob(folder.prefix + name).upload_from_string(text, checksum="crc32c")
    return f"{folder.url}/{name}"


def unpack_history(history: str, configuration: str, since: Instant, runs: Path) -> dict[Path, str]:
    """Lays the runs of a configuration out as `pipeline.py run` would have left them.

    Args:
        history: As for write_scheduled_run; there need be nothing yet.
        configuration: The configuration's name.
        since: Runs whose logs ended before it are left out.
        runs: Where to lay them out.

    Returns:
        The address of each artifact by its folder below `runs`.

    Raises:
        ContractError: The history cannot be read, or holds something else.
    """
    addresses: dict[Path, str] = {}
    for name, text in _texts(history, configuration, since).items():
        run = parse_settings(ScheduledRun, json.loads(text), f"{history}/{name}")
        folder = runs / name.removesuffix(".json")
        folder.mkdir(parents=True)
        # By address: a network that several runs have used is one folder.
        made = {
            artifact: runs / "artifacts" / hashlib.sha256(address.encode()).hexdigest()
            for artifact, address in run.artifacts.items()
        }
        for path, content in run.files.items():
            artifact, _, inner = path.partition("/")
            target = made[artifact] / inner
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content, encoding="utf-8")
        write_artifacts_file(folder, {artifact: str(path) for artifact, path in made.items()})
        write_record(folder, run.record)
        addresses |= {path: run.artifacts[artifact] for artifact, path in made.items()}
    return addresses


def _texts(history: str, configuration: str, since: Instant) -> dict[str, str]:
    """The notes that count, by the name of their file."""

    def counts(name: str) -> bool:
        run, _, newest = name.removesuffix(".json").rpartition("-")
        return run in (f"{configuration}-daily", f"{configuration}-refresh") and newest >= compact_instant(since)

    if not is_remote(history):
        found = sorted(Path(history).glob("*.json"))
        return {path.name: path.read_text(encoding="utf-8") for path in found if counts(path.name)}
    folder = RemoteFolder.parse(history)
    with storage_client(folder.url) as client:
        blobs = {name: blob for name, blob in list_files(client, folder).items() if counts(name)}
        with storage_refusals(folder.url):
            return {name: blob.download_as_text(encoding="utf-8") for name, blob in blobs.items()}
