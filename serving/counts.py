"""How often the client got an answer, and what it did where it got none."""

from __future__ import annotations

import collections
import threading


class ClientCounts:
    """Counters of a client, safe to use from several threads.

    Names: `requests`, `answered`, `retries`, `fallback: <reason>`, `without_vector: <reason>`.
    """

    def __init__(self) -> None:
        self._counts: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()

    def add(self, name: str) -> None:
        """Counts one more."""
        with self._lock:
            self._counts[name] += 1

    def read(self) -> dict[str, int]:
        """The counts so far, by name."""
        with self._lock:
            return dict(self._counts)

    @property
    def fallback_share(self) -> float:
        """Share of the requests that popularity answered; 0 before the first."""
        counts = self.read()
        fallbacks = sum(count for name, count in counts.items() if name.startswith("fallback: "))
        return fallbacks / max(1, counts.get("requests", 0))
