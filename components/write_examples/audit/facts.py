"""What the rows of an artifact are compared with: its grid, its splits, and the versions that were joined."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.embedding_versions import read_embedding_versions
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.graph_artifact import IntArray
from schemas.instants import NO_EVENT, Duration, Instant, parse_instant


@dataclasses.dataclass(frozen=True)
class Versions:
    """The embedding versions that the step joined, and one last row for a version that it did not record.

    Attributes:
        as_of: Ascending, without the last row [versions].
        largest_event_time: NO_EVENT for the last row [versions + 1].
        weights_known_before: NO_EVENT for the last row [versions + 1].
    """

    as_of: IntArray
    largest_event_time: IntArray
    weights_known_before: IntArray

    def positions(self, as_of: IntArray) -> IntArray:
        """Where the version of each row stands; the last row where it was not recorded [rows]."""
        position = numpy.searchsorted(self.as_of, as_of)
        recorded = numpy.append(self.as_of, NO_EVENT)[position] == as_of
        found: IntArray = numpy.where(recorded & (position < len(self.as_of)), position, len(self.as_of))
        return found


@dataclasses.dataclass(frozen=True)
class AuditFacts:
    """Facts of a whole artifact.

    Attributes:
        as_of: The grid of refreshes passes through it.
        interval: Distance between refreshes.
        spans: Start and end (exclusive) of each split.
        largest_prior_time: The youngest impression in the prior of smoothed click rates.
        versions: The embeddings that were joined.
    """

    as_of: Instant
    interval: Duration
    spans: dict[str, tuple[Instant, Instant]]
    largest_prior_time: Instant
    versions: Versions


def read_facts(artifact: ExampleArtifact) -> AuditFacts:
    """Reads the facts from meta.json and the table of embedding versions.

    Raises:
        ContractError: The artifact was written before its provenance was recorded.
    """
    rows = sorted(read_embedding_versions(artifact.embedding_versions), key=lambda version: version.as_of)
    details = artifact.details
    if set(details.split_spans) != set(SPLITS) or details.largest_prior_event_time is None:
        raise ContractError(
            f"{artifact.folder / 'meta.json'}: its details lack split_spans or largest_prior_event_time; these "
            "examples were written before their provenance was recorded: write them anew with "
            "`python -m components.write_examples`"
        )
    spans = {split: (parse_instant(start), parse_instant(end)) for split, (start, end) in details.split_spans.items()}
    borders = [border for split in SPLITS for border in spans[split]]
    if borders != sorted(borders) or spans["test"][0] != artifact.meta.as_of_instant:
        raise ContractError(
            f"{artifact.folder / 'meta.json'}: its split_spans {details.split_spans} overlap, or do not test from its "
            f"as_of {artifact.meta.as_of} on; write the examples anew with `python -m components.write_examples`"
        )
    return AuditFacts(
        as_of=artifact.meta.as_of_instant,
        interval=details.refresh,
        spans=spans,
        largest_prior_time=parse_instant(details.largest_prior_event_time),
        versions=Versions(
            as_of=numpy.array([row.as_of for row in rows], numpy.int64),
            largest_event_time=numpy.array([*(row.largest_event_time for row in rows), NO_EVENT], numpy.int64),
            weights_known_before=numpy.array([*(row.weights_known_before for row in rows), NO_EVENT], numpy.int64),
        ),
    )
