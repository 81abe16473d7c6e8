"""Reads the provenance of ranking records, a bounded number at a time.

TensorFlow reads them, which the image of this step lacks: only the audit imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow
import tensorflow

from components.write_examples.audit.request_batch import INSTANTS, RequestBatch
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact, compression_type

RECORDS_AT_ONCE = 256
"""A record of 2,000 candidates takes about half a megabyte."""


def read_batches(artifact: ExampleArtifact, split: str) -> Iterator[RequestBatch]:
    """Yields the requests of a split in the order of its files; TensorFlow checks every record's checksums.

    Raises:
        ContractError: A file is damaged, or a record lacks a feature that the audit needs.
    """
    specification = {name: tensorflow.io.FixedLenFeature([], tensorflow.int64) for name in INSTANTS}
    specification |= {name: tensorflow.io.FixedLenFeature([], tensorflow.string) for name in ("request_id", "user_id")}
    for path in artifact.records(split):
        batches = tensorflow.data.TFRecordDataset(str(path), compression_type([path])).batch(RECORDS_AT_ONCE)
        try:
            for serialized in batches:
                parsed = tensorflow.io.parse_example(serialized, specification)
                yield RequestBatch(
                    split=split,
                    file=str(path.relative_to(artifact.folder)),
                    request_id=_text(parsed["request_id"]),
                    user_id=_text(parsed["user_id"]),
                    **{name: parsed[name].numpy() for name in INSTANTS},
                )
        except (tensorflow.errors.InvalidArgumentError, tensorflow.errors.DataLossError) as error:
            raise ContractError(
                f"{path}: {error.message}; write the examples anew with `python -m components.write_examples`"
            ) from error


def _text(values: tensorflow.Tensor) -> pyarrow.Array:
    return pyarrow.array(values.numpy().tolist(), pyarrow.binary()).cast(pyarrow.string())
