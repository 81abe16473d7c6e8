"""Compiles the sampler's inner loops: without the interpreter's lock, and once for each state of their sources."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_SOURCES = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))))


def compiled(function: Function) -> Function:
    """Compiles at the first call and keeps the result on disk for the next process.

    Numba keeps one result for each name and file, and does not see a change in another file whose functions were built
    in. The name therefore carries a hash of every file of this folder: a changed line is never answered by old code.
    """
    function.__qualname__ += f"_{_SOURCES.hexdigest()[:12]}"
    try:
        return cast(Function, numba.njit(nogil=True, cache=True)(function))
    except RuntimeError:  # no folder to keep it in: neither the installed package nor the user's cache is writable
        return cast(Function, numba.njit(nogil=True)(function))
