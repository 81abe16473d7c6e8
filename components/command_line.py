"""What the command lines of all steps share: a refused input prints its reason and exits with 2."""

from __future__ import annotations

import sys
from collections.abc import Callable

from schemas.errors import ContractError


def exit_code_of(action: Callable[[], object]) -> int:
    """Runs a step from the shell.

    Args:
        action: The step with its arguments bound.

    Returns:
        0, or 2 after a ContractError, whose message has then been printed to standard error.
    """
    try:
        action()
    except ContractError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    return 0
