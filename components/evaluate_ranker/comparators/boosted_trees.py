"""An untuned LightGBM on the columns of the rankers' records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lightgbm
import numpy

from components.evaluate_ranker.comparators.slate_columns import Matrix, baseline_features
from components.evaluate_ranker.metrics import BoolArray, FloatArray

PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "num_threads": 2,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
}
SAMPLING: dict[str, Any] = {"bagging_fraction": 0.8, "bagging_freq": 1, "feature_fraction": 0.8, "num_threads": 1}
"""Row and column samples, so that models of several seeds differ: one alone swings by more than lifts are large."""

ROUNDS, PATIENCE = 500, 30


def boosted_trees_scores(
    columns: Mapping[str, Mapping[str, Matrix]],
    clicked: Mapping[str, BoolArray],
    parameters: Mapping[str, Any],
) -> FloatArray:
    """Trains on the `train` split, stops on `validation` and scores `test`.

    Args:
        columns: The model's columns, by split and name, each [rows].
        clicked: Labels by split [rows].
        parameters: Of LightGBM.

    Returns:
        Click probabilities of the test rows [rows].
    """
    matrices = {split: numpy.stack(list(part.values()), axis=1) for split, part in columns.items()}
    one_hot = [feature.name for feature in baseline_features(with_graph=True) if feature.transform == "one_hot"]
    data = {
        split: lightgbm.Dataset(
            matrices[split],
            clicked[split].astype(numpy.float32),
            feature_name=[name.replace("/", "_slate_") for name in columns[split]],
            categorical_feature=[name for name in one_hot if name in columns[split]],
            free_raw_data=False,
        )
        for split in ("train", "validation")
    }
    model = lightgbm.train(
        dict(parameters),
        data["train"],
        ROUNDS,
        valid_sets=[data["validation"]],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    return numpy.asarray(model.predict(matrices["test"]), numpy.float64)
