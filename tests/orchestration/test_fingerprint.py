"""A fingerprint must change with every input of a step and with nothing else."""

from __future__ import annotations

import importlib.metadata
import os
from pathlib import Path

import hypothesis
import hypothesis.strategies as strategies
import pytest

from orchestration.fingerprint import PROJECT_ROOT, code_fingerprint, folder_fingerprint, values_fingerprint
from schemas.errors import ContractError

NAMES = strategies.text("ab", min_size=1, max_size=3)
FOLDERS = strategies.dictionaries(NAMES, strategies.binary(max_size=6), min_size=1, max_size=4)


def _write(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


@hypothesis.given(first=FOLDERS, second=FOLDERS)
def test_folders_have_the_same_fingerprint_exactly_when_names_and_contents_agree(
    tmp_path_factory: pytest.TempPathFactory, first: dict[str, bytes], second: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("folders")
    same = folder_fingerprint(_write(root / "1", first)) == folder_fingerprint(_write(root / "2", second))
    assert same == (first == second)


def test_contents_count_even_where_size_and_time_of_change_stay(tmp_path: Path) -> None:
    path = _write(tmp_path / "logs", {"a": b"clicked 0"}) / "a"
    moments = (path.stat().st_atime_ns, path.stat().st_mtime_ns)
    before = folder_fingerprint(path.parent)
    path.write_bytes(b"clicked 1")
    os.utime(path, ns=moments)
    assert folder_fingerprint(path.parent) != before


def test_the_time_of_change_alone_does_not_count(tmp_path: Path) -> None:
    folder = _write(tmp_path / "logs", {"a": b"x"})
    before = folder_fingerprint(folder)
    os.utime(folder / "a", ns=(1, 1))
    assert folder_fingerprint(folder) == before


def test_a_missing_or_empty_folder_is_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ContractError, match="no such folder, or no file in it"):
            folder_fingerprint(folder)


def test_a_package_version_counts_where_the_package_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "step.py").write_text("import numpy\n")
    (tmp_path / "other.py").write_text("import yaml\n")
    before = {module: code_fingerprint(module, tmp_path) for module in ("step", "other")}
    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "99" if name == "numpy" else real(name))
    assert code_fingerprint("step", tmp_path) != before["step"]
    assert code_fingerprint("other", tmp_path) == before["other"]


def test_a_module_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ContractError, match="no module"):
        code_fingerprint("components.no_such_step.component", PROJECT_ROOT)


def test_the_order_of_keys_does_not_count_and_values_do() -> None:
    assert values_fingerprint({"a": 1, "b": {"c": 2, "d": [3]}}) == values_fingerprint(
        {"b": {"d": [3], "c": 2}, "a": 1}
    )
    assert values_fingerprint({"a": 1}) != values_fingerprint({"a": 2})
