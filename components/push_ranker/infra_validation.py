"""Infra validation: before a push a fresh process loads the model, as a server would, and asks it.

The evaluation has judged how well the model ranks. This judges the folder that is about to be served, on this machine's
libraries: does it load, does it answer as it did when it was exported, and fast enough for a page?
"""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

from components.fresh_process import last_error_line, run_in_fresh_process
from components.push_ranker.settings import InfraValidationSettings


def reason_to_refuse(saved_model: Path, settings: InfraValidationSettings) -> str | None:
    """Asks a model its warm-up requests in a fresh process.

    Args:
        saved_model: The model that is to be pushed.
        settings: Its limits.

    Returns:
        What is wrong with it, each value beside its limit; None where nothing is.
    """
    if not settings.enabled:
        return None
    arguments = [str(saved_model), str(settings.rank_candidates), str(settings.rank_repeats)]
    try:
        finished = run_in_fresh_process("components.push_ranker.infra_process", arguments, settings.seconds)
    except subprocess.TimeoutExpired:
        return f"{saved_model}: has not loaded and answered in {settings.seconds:g} s (push.infra_validation.seconds)"
    if finished.returncode:
        return f"{last_error_line(finished).removeprefix('refused: ')} (exit code {finished.returncode})"
    return "; ".join(_exceeded(json.loads(finished.stdout.strip().splitlines()[-1]), settings)) or None


def _exceeded(measured: dict[str, Any], settings: InfraValidationSettings) -> list[str]:
    """A sentence for each limit that is not kept; a value that is not a number keeps none."""
    differences: list[tuple[str, float]] = [(signature, value) for signature, value in measured["differences"]]
    reasons = []
    if not differences:
        reasons.append("no warm-up request to replay")
    for number, (signature, difference) in enumerate(differences):
        if not difference <= settings.largest_difference:
            reasons.append(
                f"warm-up request {number} ({signature}): its scores differ by up to {difference:.3g} from those that "
                f"are due, at most {settings.largest_difference:g} is allowed "
                "(push.infra_validation.largest_difference)"
            )
            break
    for name, unit in (("load_seconds", "s"), ("rank_milliseconds", "ms")):
        value, limit = measured[name], getattr(settings, name)
        if not value <= limit:
            found = "not measured" if math.isnan(value) else f"{value:.3g} {unit}"
            reasons.append(f"{name}: {found}, at most {limit:g} {unit} is allowed (push.infra_validation.{name})")
    return reasons
