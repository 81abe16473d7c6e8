"""The audit's report for people and for programs."""

from __future__ import annotations

import dataclasses
import json

from components.write_examples.audit.audit import AuditReport


def as_json(report: AuditReport) -> str:
    """One JSON object: `examples`, `clean`, `rows` by split, and `findings` with their examples."""
    return json.dumps({"clean": not report.violated, **dataclasses.asdict(report)}, sort_keys=True)


def as_text(report: AuditReport) -> str:
    """Rows by split, a line a check, and the violations by name."""
    rows = ", ".join(f"{split} {count:,}" for split, count in report.rows.items())
    lines = [f"leak audit of {report.examples}", f"rows: {rows}", "", f"{'violations':>10}  {'rows':>11}  check"]
    lines += [f"{one.violations:>10,}  {one.rows:>11,}  {one.name}: {one.rule}" for one in report.findings]
    for finding in report.violated:
        lines += ["", f"VIOLATED {finding.name}: {finding.rule}; {finding.violations:,} rows, for example"]
        for example in finding.examples:
            row = f" request {example.request_id} of user {example.user_id}:" if example.request_id else ""
            lines.append(f"  {example.file}:{row} {example.value}, must be {example.limit}")
    checks = len(report.findings)
    verdict = (
        f"{len(report.violated)} of {checks} checks are violated" if report.violated else f"all {checks} checks hold"
    )
    return "\n".join([*lines, "", verdict])
