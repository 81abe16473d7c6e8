"""When a call is made again: only where the server cannot have begun to answer, a few times, within the deadline."""

from __future__ import annotations

import dataclasses
import random


@dataclasses.dataclass(frozen=True)
class RetryPolicy:
    """Exponential back-off with full jitter.

    Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Attributes:
        attempts: Calls in all.
        first_pause: Longest pause before the second call, seconds.
        longest_pause: Longest of all pauses, seconds.
    """

    attempts: int = 3
    first_pause: float = 0.002
    longest_pause: float = 0.02

    def pause(self, attempt: int, left: float, chance: random.Random) -> float | None:
        """How long to wait before the next call, seconds; None where none is to be made.

        Args:
            attempt: Calls made so far.
            left: Time left until the deadline, seconds.
            chance: Draws the jitter.
        """
        if attempt >= self.attempts:
            return None
        pause = chance.uniform(0, min(self.longest_pause, self.first_pause * 2 ** (attempt - 1)))
        return pause if pause < left else None
