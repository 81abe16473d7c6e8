"""kfp.local without a process for each step: its cache, its wiring and the steps' bodies as they are, only faster."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from kfp.dsl import executor
from kfp.local import subprocess_task_handler


class KilledError(BaseException):
    """The machine goes down; nothing may catch it."""


def run_steps_in_process(patch: pytest.MonkeyPatch, before_finish: Callable[[str], None] = lambda _: None) -> list[str]:
    """Lets kfp.local run each step in this process.

    Args:
        patch: Undoes it.
        before_finish: Called with a step's name when its work is done and KFP does not know it yet; may raise
            KilledError.

    Returns:
        The names of the steps that ran, in order; grows from run to run.
    """
    ran: list[str] = []

    def run(full_command: list[str], **_: Any) -> int:
        source, options = full_command[3], full_command[4:]
        given = dict(zip(options[::2], options[1::2], strict=True))
        name = given["--function_to_execute"]
        namespace: dict[str, Any] = {}
        exec(compile(source, name, "exec", dont_inherit=True), namespace)
        task = executor.Executor(json.loads(given["--executor_input"]), namespace[name])
        write_output = task.write_executor_output

        def finish(result: Any) -> Any:
            before_finish(name)
            return write_output(result)

        task.write_executor_output = finish
        try:
            task.execute()
        except Exception:  # noqa: BLE001 - a process of its own would end with any of them
            print(traceback.format_exc())
            return 1
        ran.append(name)
        return 0

    patch.setattr(subprocess_task_handler, "run_local_subprocess", run)
    return ran
