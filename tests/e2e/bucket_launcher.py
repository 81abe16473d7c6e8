"""kfp.local as a server would run it: every artifact lies in a bucket, and a step sees only what was copied for it.

On Kubeflow a launcher downloads a step's inputs to /gcs/<bucket>/..., runs it, and uploads its outputs from there. Here
this process is the launcher, and another folder is /gcs; it is emptied after each step.
"""

from __future__ import annotations

import json
import shutil
import traceback
from pathlib import Path
from typing import Any

import pytest
from kfp.dsl import executor
from kfp.dsl.types import artifact_types
from kfp.local import subprocess_task_handler

from schemas.remote.listing import remote_listing
from schemas.remote.transfer import download_files
from tests.storage_emulator import StorageEmulator

ROOT = "gs://shop/artifacts"


def run_steps_in_bucket(
    patch: pytest.MonkeyPatch, emulator: StorageEmulator, mount: Path, local_root: Path
) -> list[str]:
    """Lets kfp.local run each step in this process, with its artifacts in the emulator's bucket `shop`.

    Args:
        patch: Undoes it.
        emulator: The storage.
        mount: In place of /gcs.
        local_root: Where kfp.local would keep artifacts.

    Returns:
        The names of the steps that ran, in order; grows from run to run.
    """
    ran: list[str] = []
    patch.setattr(artifact_types, "_GCS_LOCAL_MOUNT_PREFIX", f"{mount}/")

    def run(full_command: list[str], **_: Any) -> int:
        source, options = full_command[3], full_command[4:]
        given = dict(zip(options[::2], options[1::2], strict=True))
        name = given["--function_to_execute"]
        executor_input = json.loads(given["--executor_input"])
        made = [one for found in executor_input["outputs"].get("artifacts", {}).values() for one in found["artifacts"]]
        for artifact in made:
            artifact["uri"] = f"{ROOT}/{Path(artifact['uri']).relative_to(local_root).as_posix()}"
        namespace: dict[str, Any] = {}
        exec(compile(source, name, "exec", dont_inherit=True), namespace)
        try:
            for found in executor_input["inputs"].get("artifacts", {}).values():
                for artifact in found["artifacts"]:
                    _download(artifact["uri"], mount)
            executor.Executor(executor_input, namespace[name]).execute()
            for artifact in made:
                _upload(emulator, artifact["uri"], mount)
        except Exception:  # noqa: BLE001 - a process of its own would end with any of them
            print(traceback.format_exc())
            return 1
        finally:
            shutil.rmtree(mount, ignore_errors=True)
        ran.append(name)
        return 0

    patch.setattr(subprocess_task_handler, "run_local_subprocess", run)
    return ran


def _place(uri: str, mount: Path) -> Path:
    return mount / uri.removeprefix("gs://")


def _download(uri: str, mount: Path) -> None:
    assert uri.startswith("gs://"), f"{uri}: not in a bucket"
    if uri.endswith("/none"):
        # Nothing lies there, and nothing is copied.
        return
    with remote_listing(uri) as listing:
        _place(uri, mount).mkdir(parents=True, exist_ok=True)
        download_files(listing, _place(uri, mount))


def _upload(emulator: StorageEmulator, uri: str, mount: Path) -> None:
    path = _place(uri, mount)
    if path.is_dir():
        emulator.upload(path, uri)
    elif path.is_file():
        emulator.put(uri, path.read_bytes())
