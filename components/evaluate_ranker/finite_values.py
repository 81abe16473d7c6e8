"""Plain values for JSON: undefined numbers become null, so that any reader can parse a report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy


def finite_values(value: Any) -> Any:
    """Copies nested values; NaN and infinity become None, numpy arrays and numbers plain ones."""
    if isinstance(value, Mapping):
        return {str(key): finite_values(part) for key, part in value.items()}
    if isinstance(value, numpy.ndarray | numpy.generic):
        return finite_values(value.tolist())
    if isinstance(value, list | tuple):
        return [finite_values(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def write_json(path: Path, value: Any) -> None:
    """Writes values that JSON can hold, undefined ones as null."""
    text = json.dumps(finite_values(value), indent=2, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
