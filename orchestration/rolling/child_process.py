"""A process that ends when the one that started it is gone."""

from __future__ import annotations

import os
import threading

STANDARD_INPUT = 0


def end_with_the_parent() -> None:
    """Ends this process when its standard input is closed, which the parent keeps open for as long as it lives.

    Without it, a run that was killed and started again would compute the same day and seed twice at the same time.
    """

    def wait() -> None:
        os.read(STANDARD_INPUT, 1)  # not sys.stdin, whose lock a thread must not hold when Python ends
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
