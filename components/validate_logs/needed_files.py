"""Which files of a log folder one run reads, told from their paths alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from components.validate_logs.log_window import LogWindow
from schemas.log_contract import log_contract

PARTITION = "day="


def needed_files(window: LogWindow) -> Callable[[str], bool]:
    """Tells the files that the validation of a window has to see, so that others need not be downloaded.

    Args:
        window: The run's instants.

    Returns:
        Whether a path inside the log folder is needed: those of the contract's tables, except partitions of days that
        the run does not read and what other systems leave (`_SUCCESS`, `.part-0.crc`). What is neither a log file nor
        a partition is needed too: it is for the validation to refuse.
    """
    contract = log_contract()

    def is_needed(path: str) -> bool:
        name, *inner = path.split("/")
        if name not in contract or any(part.startswith(("_", ".")) for part in inner):
            return False
        table, partition = contract[name], inner[0] if inner else ""
        if table.partitioned_by is None or not partition.startswith(PARTITION):
            return True
        try:
            day = datetime.date.fromisoformat(partition.removeprefix(PARTITION))
        except ValueError:
            return True
        return window.needs_day(table, day)

    return is_needed
