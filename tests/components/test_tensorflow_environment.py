"""Every step that loads TensorFlow loads it with the same kernels, whoever started the process."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.fingerprint import PROJECT_ROOT

SHOWN = "import {module}, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"


def imports_tensorflow(path: Path) -> bool:
    """Whether a module names TensorFlow or a part of it."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return "tensorflow" in {name.partition(".")[0] for name in names}


PACKAGES = sorted(
    folder.name
    for folder in (PROJECT_ROOT / "components").iterdir()
    if any(imports_tensorflow(path) for path in folder.rglob("*.py"))
)


# The audit of write_examples reads records with TensorFlow and computes nothing with it.
@pytest.mark.parametrize("package", [package for package in PACKAGES if package != "write_examples"])
def test_the_kernels_do_not_depend_on_who_imports_first(package: str) -> None:
    """In a container nobody has set anything; in a run's processes the run's own imports have."""
    assert shown_after(f"components.{package}") == "0"


def test_the_local_server_takes_the_kernels_of_tensorflow_serving() -> None:
    """It imports from a step's package, which would switch them off."""
    assert shown_after("serving.local_server.served_folder") == "1"


def shown_after(module: str) -> str:
    """What TensorFlow would read in a process that imports this module first."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_"))}
    command = [sys.executable, "-c", SHOWN.format(module=module)]
    shown = subprocess.run(command, env=environment, cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    return shown.stdout.strip()


def test_the_packages_are_found() -> None:
    assert PACKAGES == ["evaluate_ranker", "push_ranker", "train_ranker", "write_examples"]
