"""Runs days and seeds in processes of their own, several at a time, each with one thread."""

from __future__ import annotations

import concurrent.futures
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from orchestration.fingerprint import PROJECT_ROOT
from orchestration.local_run import StepFailedError
from orchestration.rolling.seed_task import SeedTask
from schemas.errors import ContractError

MODULE = "orchestration.rolling.seed_scores"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
"""What keeps libraries from taking all cores: threads that wait for another process's are slower than one alone."""

REFUSED = "refused: "


def run_side_by_side(tasks: Sequence[SeedTask], processes: int) -> None:
    """Computes what is not kept yet. After an error the running ones finish, and are kept; no other one starts.

    Args:
        tasks: In the order in which they start.
        processes: How many run at a time.

    Raises:
        ContractError: A step refused its input.
        StepFailedError: A process ended with another error; the message names its log.
    """
    waiting = [task for task in tasks if not task.output.is_dir()]
    print(f"{len(tasks) - len(waiting)} of {len(tasks)} days and seeds are kept from before", flush=True)
    with (
        concurrent.futures.ThreadPoolExecutor(processes) as pool,
        tqdm(total=len(waiting), desc="days and seeds", file=sys.stderr, disable=not waiting) as bar,
    ):
        futures = {pool.submit(_run, task): task for task in waiting}
        try:
            for future in concurrent.futures.as_completed(futures):
                seconds = future.result()
                bar.update()
                tqdm.write(f"{futures[future].title}: {seconds:.0f} s", file=sys.stdout)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run(task: SeedTask) -> float:
    """Runs one process to its end; returns its seconds."""
    started = time.monotonic()
    file, log = (task.output.with_name(f"{task.output.name}.{ending}") for ending in ("task.json", "log"))
    file.write_text(task.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with log.open("ab") as stream:
        command = [sys.executable, "-m", MODULE, str(file), "--child"]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=stream, stderr=stream, cwd=PROJECT_ROOT, env=_environment()
        )
        # The pipe stays open for as long as this process lives: its end is the child's.
        with process:
            code = process.wait()
    if code:
        _raise(task, code, log)
    return time.monotonic() - started


def _environment() -> dict[str, str]:
    path = os.pathsep.join(part for part in (str(PROJECT_ROOT), os.environ.get("PYTHONPATH")) if part)
    quiet = {"PYTHONUNBUFFERED": "1", "TF_CPP_MIN_LOG_LEVEL": os.environ.get("TF_CPP_MIN_LOG_LEVEL", "2")}
    return os.environ | {"PYTHONPATH": path} | quiet | dict.fromkeys(ONE_THREAD, "1")


def _raise(task: SeedTask, code: int, log: Path) -> None:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    refusals = [line for line in lines if line.startswith(REFUSED)]
    if code == 2 and refusals:
        raise ContractError(f"{task.title}: {refusals[-1].removeprefix(REFUSED)}")
    raise StepFailedError(f"{task.title} ended with code {code}; its error stands in {log}")
