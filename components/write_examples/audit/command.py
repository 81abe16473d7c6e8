"""`python -m components.write_examples audit <examples>`: proves rule 5 row by row; exits with 1 where it is broken."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from components.command_line import exit_code_of


def main(arguments: Sequence[str]) -> int:
    """Parses the arguments after `audit`, and prints the report.

    Returns:
        0 where every check holds, 1 where a row violates one, 2 where the artifact cannot be audited.
    """
    parser = argparse.ArgumentParser(prog="python -m components.write_examples audit", description=__doc__)
    parser.add_argument("examples", type=Path, help="an examples artifact")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of text")
    options = parser.parse_args(arguments)
    violated: list[str] = []

    def action() -> None:
        from components.write_examples.audit.audit import audit_examples
        from components.write_examples.audit.report_text import as_json, as_text

        report = audit_examples(options.examples)
        violated.extend(finding.name for finding in report.violated)
        print(as_json(report) if options.json else as_text(report))

    return exit_code_of(action) or int(bool(violated))
