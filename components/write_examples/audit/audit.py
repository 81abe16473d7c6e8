"""The audit of one examples artifact: every row of every split, a batch at a time."""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tqdm import tqdm

from components.write_examples.audit.checks import CHECKS
from components.write_examples.audit.facts import read_facts
from components.write_examples.audit.findings import Finding, Violation
from components.write_examples.audit.repeated_requests import RepeatedRequests
from components.write_examples.audit.request_batch import RequestBatch
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact


@dataclasses.dataclass(frozen=True)
class AuditReport:
    """What the audit found.

    Attributes:
        examples: The artifact.
        rows: Rows (requests) that were read, by split.
        findings: One for each check.
    """

    examples: str
    rows: dict[str, int]
    findings: list[Finding]

    @property
    def violated(self) -> list[Finding]:
        """The checks that some row violates."""
        return [finding for finding in self.findings if finding.violations]


def audit_examples(folder: Path) -> AuditReport:
    """Compares every row with its limits, from what the step recorded when it joined.

    Args:
        folder: An examples artifact.

    Raises:
        ContractError: The artifact is incomplete, damaged, or says too little of its provenance.
    """
    artifact = ExampleArtifact(folder)
    facts = read_facts(artifact)
    read_batches = _reader()
    findings = {check.name: Finding(check.name, check.rule) for check in CHECKS}
    rows = dict.fromkeys(SPLITS, 0)
    total = sum(artifact.details.requests.values())
    with tempfile.TemporaryDirectory(prefix="audit_") as temporary:
        repeated = RepeatedRequests(Path(temporary))
        with tqdm(total=total, desc="audited requests", unit="request", file=sys.stderr) as progress:
            for split in SPLITS:
                for batch in read_batches(artifact, split):
                    rows[split] += len(batch)
                    repeated.add(batch)
                    for check in CHECKS:
                        findings[check.name].add(check, batch, check.compare(batch, facts))
                    progress.update(len(batch))
        in_two_splits = repeated.finding()
    complete = _complete(rows, artifact.details.requests)
    return AuditReport(str(folder), rows, [*findings.values(), in_two_splits, complete])


def _reader() -> Callable[[ExampleArtifact, str], Iterator[RequestBatch]]:
    """TensorFlow takes seconds to import: an artifact that cannot be audited is refused before."""
    try:
        from components.write_examples.audit.record_batches import read_batches
    except ModuleNotFoundError as error:
        if error.name != "tensorflow":
            raise
        raise ContractError(
            "the audit reads records with TensorFlow, which is not installed here; install the extra 'ranker' besides "
            "'data' (pyproject.toml)"
        ) from error
    return read_batches


def _complete(rows: dict[str, int], expected: dict[str, int]) -> Finding:
    """Whether each split holds as many rows as the step wrote: nothing was left out of the audit, or slipped in."""
    differing = {split: count for split, count in rows.items() if count != expected.get(split, 0)}
    return Finding(
        name="every_row_is_there",
        rule="each split holds the rows that meta.json counts",
        rows=sum(rows.values()),
        violations=sum(abs(count - expected.get(split, 0)) for split, count in differing.items()),
        examples=[
            Violation(split, "", "", f"{count} rows", f"{expected.get(split, 0)} rows, as meta.json says")
            for split, count in differing.items()
        ],
    )
