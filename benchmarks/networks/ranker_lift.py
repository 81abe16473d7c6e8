"""What a score adds to a ranker: LightGBM on the ranker's own features, with and without the score.

LightGBM, not the deep & cross network, so that dozens of variants and seeds can be compared in minutes; it is at least
as strong on these features (benchmarks/baseline.py). The score enters as it is, as its rank in the slate and as its
difference from the slate's mean, with the flags that tell whether the nodes have edges; every counter of the ranker
without the graph gets the same treatment. Each ranker is the mean of several, whose row and column samples differ: one
alone swings by more than the lifts.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy

from components.evaluate_ranker.bootstrap import Statistic, interval, resample
from components.evaluate_ranker.comparators.boosted_trees import PARAMETERS, SAMPLING, boosted_trees_scores
from components.evaluate_ranker.comparators.ranking_rows import GRAPH_FLAGS, SLICES, RankingRows
from components.evaluate_ranker.comparators.slate_columns import Matrix, score_columns, slate_columns
from components.evaluate_ranker.measurement import Measurement, measure_order
from components.evaluate_ranker.metrics import FloatArray as DoubleArray
from schemas.graph_artifact import FloatArray

RESAMPLES, LEVEL = 1000, 0.95
METRICS = ("auc", "auc_per_request")

Interval = tuple[float, float, float]
"""A value and the bounds of its interval."""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a score is worth on the test rows.

    Attributes:
        alone: ROC-AUC of the bare score, by metric.
        lift: Of the ranker with the score over the one without, percentage points, by slice and metric.
    """

    alone: dict[str, Interval]
    lift: dict[str, dict[str, Interval]]


class RankerBaseline:
    """Rankers without the graph, fitted once, which every score is held against.

    Args:
        rows: By split.
        rankers: How many rankers each side averages.
    """

    def __init__(self, rows: Mapping[str, RankingRows], rankers: int) -> None:
        self._rows, self._rankers = rows, rankers
        self._columns = {split: slate_columns(part.columns, with_graph=False) for split, part in rows.items()}
        self.scores = self._fit(self._columns)

    def outcome(self, scores_by_seed: Sequence[Mapping[str, FloatArray]]) -> Outcome:
        """Measures a score; values are means over its seeds, intervals are over users.

        Args:
            scores_by_seed: For each seed of the score, the scores of every row, by split.
        """
        with_score = numpy.concatenate([self._fit(self._with_score(scores)) for scores in scores_by_seed])
        test = self._rows["test"].columns
        everything = numpy.ones(len(test.clicked), numpy.bool_)
        masks = {"all": everything} | {name: test.values[name] == 1 for name in SLICES}
        masks["warm_user"] = ~masks["cold_user"]
        bare = numpy.stack([scores["test"] for scores in scores_by_seed]).astype(numpy.float64)  # [seeds, rows]
        alone = measure_order(bare, test, everything)
        statistics = {f"alone {metric}": alone.statistics[metric] for metric in METRICS}
        values = {f"alone {metric}": alone.metrics[metric] for metric in METRICS}
        for name, mask in masks.items():
            pair = [measure_order(side, test, mask) for side in (with_score, self.scores)]
            for metric in METRICS:
                values[f"{name} {metric}"] = 100 * (pair[0].metrics[metric] - pair[1].metrics[metric])
                statistics[f"{name} {metric}"] = _difference(pair[0], pair[1], metric)
        drawn = resample(statistics, test.user_count, RESAMPLES, seed=1)
        found = {name: (values[name], *interval(drawn[name], LEVEL)) for name in statistics}
        return Outcome(
            alone={metric: found[f"alone {metric}"] for metric in METRICS},
            lift={name: {metric: found[f"{name} {metric}"] for metric in METRICS} for name in masks},
        )

    def _with_score(self, scores: Mapping[str, FloatArray]) -> dict[str, dict[str, Matrix]]:
        result = {}
        for split, score in scores.items():
            columns = self._rows[split].columns
            flags = {flag: columns.values[flag].astype(numpy.float32) for flag in GRAPH_FLAGS}
            result[split] = self._columns[split] | score_columns(score, columns.requests) | flags
        return result

    def _fit(self, columns: Mapping[str, Mapping[str, Matrix]]) -> DoubleArray:
        """The mean score of each test row over the rankers [1, rows]."""
        clicked = {split: part.columns.clicked for split, part in self._rows.items()}
        scores = [
            boosted_trees_scores(columns, clicked, PARAMETERS | SAMPLING | {"seed": seed})
            for seed in range(self._rankers)
        ]
        mean: DoubleArray = numpy.mean(scores, axis=0)[None, :]
        return mean


def _difference(one: Measurement, other: Measurement, metric: str) -> Statistic:
    def statistic(weights: DoubleArray) -> DoubleArray:
        values: DoubleArray = 100 * (one.statistics[metric](weights) - other.statistics[metric](weights))
        return values

    return statistic
