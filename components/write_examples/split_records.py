"""Writes the requests of one split as TFRecord files of bounded size."""

from __future__ import annotations

from pathlib import Path

import numpy
import tqdm

from components.write_examples.example_encoding import encode_examples
from components.write_examples.feature_join import FeatureJoin
from components.write_examples.ranking_requests import RankingRequests
from components.write_examples.settings import ExampleSettings
from components.write_examples.tfrecord_file import write_records
from schemas.example_artifact import RecordFile


def write_split(
    folder: Path, requests: RankingRequests, join: FeatureJoin, settings: ExampleSettings
) -> dict[str, RecordFile]:
    """Joins and writes `part-*.tfrecord`, or `part-*.tfrecord.gz`, oldest requests first.

    Args:
        folder: Created here; its name is the split.
        requests: The requests of the split.
        join: Computes their features.
        settings: `candidates_per_file` and `compression`; a file ends with the request that reaches this number.

    Returns:
        Entries for the manifest, by path below the folder of the split.
    """
    folder.mkdir()
    files = {}
    _, starts = numpy.unique(requests.offsets[:-1] // settings.candidates_per_file, return_index=True)
    stops = [*starts[1:], len(requests)]
    parts = tqdm.tqdm(zip(starts, stops, strict=True), f"{folder.name} records", len(starts), unit="file")
    for number, (start, stop) in enumerate(parts):
        records = encode_examples(join.columns(requests.slice(int(start), int(stop))))
        path = folder / f"part-{number:05d}{settings.suffix}"
        files[f"{folder.name}/{path.name}"] = write_records(path, [records])
    return files
