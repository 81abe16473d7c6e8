"""Replays an export's warm-up requests in a fresh process: a SavedModel must score as the trained model did.

`python -m components.train_ranker.replay <SavedModel>...` exits with 2 and names the request that differs.
"""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Any

import numpy
import tensorflow

from components.command_line import exit_code_of
from components.fresh_process import last_error_line, run_in_fresh_process
from components.train_ranker.signatures import OUTPUT
from components.train_ranker.warm_up import WarmUpRequest, read_warm_up
from schemas.errors import ContractError

TOLERANCE = 1e-5


def replay_here(saved_models: list[Path]) -> None:
    """Loads SavedModels and compares their answers to the warm-up requests with the answers that are due.

    Raises:
        ContractError: An answer differs by more than the tolerance.
    """
    for saved_model in saved_models:
        loaded = tensorflow.saved_model.load(str(saved_model))
        for number, request in enumerate(read_warm_up(saved_model)):
            difference = largest_difference(loaded.signatures, request)
            if not difference <= TOLERANCE:
                raise ContractError(
                    f"{saved_model}: warm-up request {number} ({request.signature}): its scores differ by up to "
                    f"{difference} from the trained model's, {TOLERANCE} is allowed; do not serve this export"
                )


def largest_difference(signatures: Any, request: WarmUpRequest) -> float:
    """How far the answer to a request lies from the answer that is due; infinite where it has another length.

    Args:
        signatures: Of a loaded SavedModel, by name.
        request: With the answer that is due.
    """
    inputs = {name: tensorflow.constant(value) for name, value in request.inputs.items()}
    found = signatures[request.signature](**inputs)[OUTPUT].numpy()
    if found.shape != request.expected.shape:
        return math.inf
    return float(numpy.abs(found - request.expected).max(initial=0))


def replay_in_fresh_process(saved_models: list[Path]) -> None:
    """Runs replay_here in a process that has seen nothing of the training.

    Raises:
        ContractError: An answer differs, or the process failed.
    """
    finished = run_in_fresh_process("components.train_ranker.replay", [str(folder) for folder in saved_models])
    if finished.returncode:
        raise ContractError(
            f"the export does not replay (exit code {finished.returncode}): {last_error_line(finished)}"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("saved_models", nargs="+", type=Path, help="SavedModel folders")
    arguments = parser.parse_args()
    raise SystemExit(exit_code_of(lambda: replay_here(arguments.saved_models)))
