"""How long a failure of the service is taken for a passing one."""

from __future__ import annotations

from typing import Any

FIRST_PAUSE = 0.5
"""Seconds before the second try, on average; each later pause is twice as long."""
LONGEST_PAUSE = 30.0
"""Seconds."""
GIVE_UP_AFTER = 300.0
"""Seconds since the first try."""


def patiently() -> Any:
    """Retries lost connections, timeouts and the statuses 408, 429 and 5xx; nothing that another try could not mend.

    Every call of the project may be repeated: reads are pinned to a generation, writes name the one that they replace.

    Returns:
        A google.api_core.retry.Retry.
    """
    from google.cloud.storage.retry import DEFAULT_RETRY

    return DEFAULT_RETRY.with_delay(initial=FIRST_PAUSE, maximum=LONGEST_PAUSE).with_timeout(GIVE_UP_AFTER)
