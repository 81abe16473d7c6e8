"""Click probabilities of the exported models themselves: what is measured is what would be served."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy
import tensorflow
from tqdm import tqdm

from components.evaluate_ranker.metrics import FloatArray
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact, compression_type
from schemas.ranker_artifact import RankerArtifact

RECORDS_AT_ONCE = 512
SIGNATURE = "score_examples"
LOGGED, FIXED = "click_probability", "click_probability_fixed"


@dataclasses.dataclass(frozen=True)
class Predictions:
    """Click probabilities of one ranker, one row of the arrays a seed.

    Attributes:
        logged: With the logged slot and slate size [seeds, rows].
        fixed: With both fixed, as when serving [seeds, rows].
    """

    logged: FloatArray
    fixed: FloatArray

    @property
    def probabilities(self) -> float:
        """The share of all scores that are numbers in [0, 1]."""
        scores = numpy.stack([self.logged, self.fixed])
        return float(numpy.mean((scores >= 0) & (scores <= 1)))

    def usable(self) -> Predictions:
        """The same with 0 for every NaN, so that the other metrics can be told; the verdict refuses such a ranker."""
        return Predictions(numpy.nan_to_num(self.logged), numpy.nan_to_num(self.fixed))


def predict(
    ranker: RankerArtifact, examples: ExampleArtifact, rows: int, seeds: Sequence[int] | None = None
) -> Predictions:
    """Scores every candidate of the test split.

    Args:
        ranker: Its SavedModels answer SIGNATURE.
        examples: Its `test` records, in the order of the files.
        rows: Candidates that the records hold.
        seeds: Whose models; all by default.

    Raises:
        ContractError: A model lacks the signature, or answers another number of scores.
    """
    chosen = ranker.details.seeds if seeds is None else seeds
    scores = [_predict_seed(ranker.saved_model(seed), examples, rows) for seed in chosen]
    return Predictions(numpy.stack([logged for logged, _ in scores]), numpy.stack([fixed for _, fixed in scores]))


def _predict_seed(saved_model: Path, examples: ExampleArtifact, rows: int) -> tuple[FloatArray, FloatArray]:
    """Probabilities [rows] with the logged and with the fixed position."""
    model = tensorflow.saved_model.load(str(saved_model))
    if SIGNATURE not in model.signatures:
        raise ContractError(
            f"{saved_model}: no signature '{SIGNATURE}', there are {sorted(model.signatures)}; train the ranker anew"
        )
    score = model.signatures[SIGNATURE]
    logged, fixed = [], []
    paths = examples.records("test")
    records = tensorflow.data.TFRecordDataset([str(path) for path in paths], compression_type(paths))
    batches = -(-examples.details.requests["test"] // RECORDS_AT_ONCE)
    for batch in tqdm(records.batch(RECORDS_AT_ONCE), desc="score test requests", total=batches, unit="batch"):
        answer = score(examples=batch)
        logged.append(answer[LOGGED].numpy())
        fixed.append(answer[FIXED].numpy())
    scores = numpy.concatenate(logged).astype(numpy.float64), numpy.concatenate(fixed).astype(numpy.float64)
    if any(len(part) != rows for part in scores):
        raise ContractError(f"{saved_model}: answered {[len(part) for part in scores]} scores for {rows} candidates")
    return scores
