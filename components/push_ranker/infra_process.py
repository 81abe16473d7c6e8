"""The fresh process of infra_validation.py: loads a SavedModel, asks it its warm-up requests, tells what it measured.

`python -m components.push_ranker.infra_process <SavedModel> <candidates> <repeats>` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import tensorflow

from components.command_line import exit_code_of
from components.train_ranker.rank_latency import rank_milliseconds
from components.train_ranker.replay import largest_difference
from components.train_ranker.warm_up import WARM_UP_FILE, read_warm_up
from schemas.errors import ContractError

SERVED = ("rank", "score", "serving_default")
"""What a server is asked for."""


def measure(saved_model: Path, candidates: int, repeats: int) -> dict[str, Any]:
    """Loads a model and measures it.

    Args:
        saved_model: The SavedModel's folder.
        candidates: Candidates of the timed request.
        repeats: Calls of it.

    Returns:
        `load_seconds`, `rank_milliseconds`, and `differences`: for each warm-up request its signature and how far the
        answer is from the one that is due.

    Raises:
        ContractError: It lacks a signature, or has no warm-up requests.
    """
    started = time.perf_counter()
    try:
        loaded = tensorflow.saved_model.load(str(saved_model))
    except (OSError, ValueError, tensorflow.errors.OpError) as error:
        raise ContractError(f"{saved_model}: TensorFlow cannot load it ({str(error).splitlines()[0]})") from error
    load_seconds = time.perf_counter() - started
    missing = [name for name in SERVED if name not in loaded.signatures]
    if missing:
        raise ContractError(f"{saved_model}: no signature {', '.join(missing)}, found {', '.join(loaded.signatures)}")
    if not (saved_model / WARM_UP_FILE).is_file():
        raise ContractError(f"{saved_model}: no {WARM_UP_FILE}; the first callers would wait for it to warm up")
    warm_up = read_warm_up(saved_model)
    differences = [[request.signature, largest_difference(loaded.signatures, request)] for request in warm_up]
    return {
        "load_seconds": load_seconds,
        "differences": differences,
        "rank_milliseconds": rank_milliseconds(loaded.signatures["rank"], warm_up, candidates, repeats),
    }


if __name__ == "__main__":
    _, folder, candidate_count, repeat_count = sys.argv
    raise SystemExit(
        exit_code_of(lambda: print(json.dumps(measure(Path(folder), int(candidate_count), int(repeat_count)))))
    )
