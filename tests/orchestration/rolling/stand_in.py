"""In the place of seed_scores: writes a folder, or refuses or crashes where a file beside it says so.

Its standard input must be a pipe, whose end tells a child that the parent is gone.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

from components.command_line import exit_code_of
from schemas.errors import ContractError

output = Path(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["output"])


def work() -> None:
    if output.with_name(output.name + ".crash").exists():
        raise RuntimeError("unforeseen")
    if output.with_name(output.name + ".refuse").exists():
        raise ContractError("no such logs")
    assert sys.argv[2:] == ["--child"]
    assert stat.S_ISFIFO(os.fstat(0).st_mode)
    output.mkdir()
    (output / "done").touch()


sys.exit(exit_code_of(work))
