"""Checks and writes the first day of a log folder's impressions; prints the accepted rows and the memory it took."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from components.engine.engine import open_engine
from components.validate_logs.accepted_rows import write_accepted
from components.validate_logs.log_window import LogWindow
from components.validate_logs.settings import ValidationSettings
from schemas.instants import DAY
from tests.components.validate_logs.validating import check_tables
from tests.log_folders import START


def main() -> None:
    """Runs with the memory limit 512MB; the second number is in MiB, beyond what importing took."""
    logs, window = Path(sys.argv[1]), LogWindow(START, START + DAY)
    settings = ValidationSettings(memory_limit="512MB", threads=1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open_engine(settings) as engine:
        checked = check_tables(engine, logs, window, settings)["impressions"]
        write_accepted(engine, checked, window, logs.parent / "out")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(int(checked.counts["rows_accepted"].sum()), (peak - before) // 1024)


if __name__ == "__main__":
    main()
