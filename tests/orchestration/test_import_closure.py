"""The closure decides what reruns: a forgotten file would serve stale results."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.import_closure import import_closure

FILES = {
    "step/__init__.py": "",
    "step/component.py": "def body():\n    from step import work\n    work.run()\n",
    "step/work.py": "import json\nimport numpy\nfrom .near import helper\nfrom rules.time import boundary\n",
    "step/near.py": "from step.deep.far import value\n",
    "step/unused.py": "import torch\n",
    "step/deep/__init__.py": "",
    "step/deep/far.py": "from .. import sibling\nvalue = sibling\n",
    "step/sibling.py": "",
    "rules/__init__.py": "",
    "rules/time.py": "FILE = 'time.yaml'\n",
    "rules/space.py": "FILE = 'space.yaml'\n",
    "rules/time.yaml": "a: 1\n",
    "rules/space.yaml": "b: 1\n",
    "rules/shared.txt": "nobody names this file\n",
    "rules/inner/__init__.py": "",
    "rules/inner/note.txt": "belongs to the inner package\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def _files(root: Path, module: str = "step.component") -> set[str]:
    return {path.relative_to(root).as_posix() for path in import_closure(module, root).files}


def test_follows_imports_inside_functions_relative_ones_and_packages(root: Path) -> None:
    sources = {name for name in _files(root) if name.endswith(".py")}
    reached = {"component", "work", "near", "sibling", "__init__", "deep/far", "deep/__init__"}
    assert sources == {f"step/{name}.py" for name in reached} | {"rules/__init__.py", "rules/time.py"}


def test_takes_the_data_files_that_a_module_names_and_those_that_nobody_names(root: Path) -> None:
    assert {name for name in _files(root) if not name.endswith(".py")} == {"rules/time.yaml", "rules/shared.txt"}


def test_a_named_folder_brings_its_files(root: Path) -> None:
    (root / "rules/time.py").write_text("FOLDER = 'tables'\n")
    (root / "rules/tables").mkdir()
    (root / "rules/tables/orders.yaml").write_text("")
    assert "rules/tables/orders.yaml" in _files(root)
    assert "rules/tables/orders.yaml" not in _files(root, "rules.space")


def test_a_dynamic_import_brings_every_module_of_its_folder(root: Path) -> None:
    (root / "step/near.py").write_text("import importlib\n")
    assert "step/unused.py" in _files(root)


def test_names_what_comes_from_elsewhere_and_nothing_that_is_not_reached(root: Path) -> None:
    assert import_closure("step.component", root).packages == ("json", "numpy")


def test_imports_in_a_circle_end(root: Path) -> None:
    (root / "step/sibling.py").write_text("import step.work\n")
    assert "step/sibling.py" in _files(root)
