"""Which files of the project a module depends on, found by reading its import statements."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

DYNAMIC_IMPORTS = frozenset({"importlib", "pkgutil"})
"""A module that imports one of these may load any module of its own folder."""


@dataclasses.dataclass(frozen=True)
class Closure:
    """What a module depends on.

    Attributes:
        files: Sources and data files of the project, sorted.
        packages: Top-level names of the modules imported from elsewhere, sorted.
    """

    files: tuple[Path, ...]
    packages: tuple[str, ...]


def import_closure(module: str, root: Path) -> Closure:
    """Follows the imports of a module, those inside functions too, through every module of the project.

    A data file (anything but Python) belongs to the modules of its folder that mention it, or a folder above it, in a
    string. One that no module mentions (a template that another template includes) belongs to all of them.

    Args:
        module: Its dotted name, for example `components.build_graph.component`.
        root: The project's root.
    """
    files: set[Path] = set()
    packages: set[str] = set()
    seen: set[str] = set()
    waiting = {module}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        path = _file_of(name, root)
        if path is not None:
            files.update([path, *_data_files(path, root)])
            waiting |= _imported_names(path, root) - seen
        elif _file_of(_top_level(name), root) is None:
            packages.add(_top_level(name))
    return Closure(tuple(sorted(files)), tuple(sorted(packages)))


def _top_level(name: str) -> str:
    return name.partition(".")[0]


def _file_of(name: str, root: Path) -> Path | None:
    stem = root.joinpath(*name.split("."))
    return next((path for path in (stem / "__init__.py", stem.with_name(f"{stem.name}.py")) if path.is_file()), None)


def _imported_names(path: Path, root: Path) -> set[str]:
    """Dotted names that a file may import, with the packages that hold them."""
    package = path.relative_to(root).parent.parts
    names: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = (*package[: len(package) + 1 - node.level], node.module) if node.level else (node.module,)
            base = ".".join(part for part in parts if part)
            # In `from a import b`, b may be a module as well as an attribute.
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names if base)])
    if names & DYNAMIC_IMPORTS:
        names.update(".".join([*package, sibling.stem]) for sibling in path.parent.glob("*.py"))
    return {".".join(name.split(".")[: length + 1]) for name in names for length in range(name.count(".") + 1)}


def _data_files(path: Path, root: Path) -> Iterator[Path]:
    """The data files that a module owns; those of a sub-package are left to the sub-package."""
    folder = path.parent
    if folder == root:
        return
    modules = list(folder.glob("*.py"))
    for data in folder.rglob("*"):
        parts = data.relative_to(folder).parts
        inner = [folder.joinpath(*parts[:length]) for length in range(1, len(parts))]
        if not data.is_file() or data.suffix == ".py" or "__pycache__" in parts:
            continue
        if any((above / "__init__.py").is_file() for above in inner):
            continue
        if _mentions(path, parts) or not any(_mentions(module, parts) for module in modules):
            yield data


def _mentions(module: Path, parts: tuple[str, ...]) -> bool:
    return not set(parts).isdisjoint(_words(module.read_text(encoding="utf-8")))


@functools.cache
def _words(source: str) -> frozenset[str]:
    """Strings of a source, those with slashes in pieces."""
    constants = (node.value for node in ast.walk(_parsed(source)) if isinstance(node, ast.Constant))
    return frozenset(word for value in constants if isinstance(value, str) for word in value.split("/"))


def _tree(path: Path) -> ast.Module:
    return _parsed(path.read_text(encoding="utf-8"))


@functools.cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)
