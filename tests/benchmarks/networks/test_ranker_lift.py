"""What a score adds: the truth adds something that can be told from zero, noise does not, kept outcomes come back."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from benchmarks.networks.kept_outcomes import KeptOutcomes
from benchmarks.networks.outcome_table import outcome_table
from benchmarks.networks.ranker_lift import Outcome, RankerBaseline
from components.evaluate_ranker.comparators.ranking_rows import GRAPH_FLAGS, SLICES, RankingRows
from components.evaluate_ranker.comparators.slate_columns import baseline_features
from components.evaluate_ranker.record_columns import read_record_columns
from schemas.example_artifact import SPLITS, ExampleArtifact
from tests.benchmarks.full_examples import write_full_examples

EMBEDDINGS = ("user_embedding", "content_embedding")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RankingRows]:
    examples = ExampleArtifact(write_full_examples(tmp_path_factory.mktemp("examples") / "examples"))
    names = [feature.name for feature in baseline_features(with_graph=False)]
    result = {}
    for split in SPLITS:
        columns = read_record_columns(examples, split, [*names, *GRAPH_FLAGS, *SLICES, *EMBEDDINGS])
        nowhere = numpy.full(len(columns.clicked), -1)
        result[split] = RankingRows(columns, nowhere, nowhere, numpy.zeros(len(nowhere), dtype=numpy.int64))
    return result


@pytest.fixture(scope="module")
def baseline(rows: dict[str, RankingRows]) -> RankerBaseline:
    return RankerBaseline(rows, rankers=1)


def test_what_drives_the_clicks_lifts(rows: dict[str, RankingRows], baseline: RankerBaseline) -> None:
    truth = {
        split: numpy.einsum("rd,rd->r", *(part.columns.values[name] for name in EMBEDDINGS))
        for split, part in rows.items()
    }
    value, low, high = baseline.outcome([truth]).lift["all"]["auc"]
    assert 0 < low < value < high


def test_noise_does_not(rows: dict[str, RankingRows], baseline: RankerBaseline) -> None:
    generator = numpy.random.default_rng(0)
    noise = {split: generator.normal(size=len(part.refresh)).astype(numpy.float32) for split, part in rows.items()}
    outcome = baseline.outcome([noise])
    value, low, _ = outcome.lift["all"]["auc"]
    assert low < 0
    assert value < 0.5
    assert outcome.alone["auc"][1] < 0.5 < outcome.alone["auc"][2]


def test_outcomes_are_kept_for_what_they_were_made_of(tmp_path: Path) -> None:
    outcome = Outcome({"auc": (0.5, 0.4, 0.6), "auc_per_request": (0.5, 0.4, 0.6)}, {})
    kept = KeptOutcomes(tmp_path / "kept")
    assert kept.read("encoder sage", {"seeds": 1}) is None
    kept.write("encoder sage", {"seeds": 1}, outcome)
    again = kept.read("encoder sage", {"seeds": 1})
    assert again is not None
    assert list(again.alone["auc"]) == [0.5, 0.4, 0.6]
    assert kept.read("encoder sage", {"seeds": 2}) is None


def test_the_table_has_a_line_a_variant() -> None:
    interval = {"auc": (0.25, -0.5, 1.0), "auc_per_request": (1.0, 0.5, 1.5)}
    lift = dict.fromkeys(("all", "cold_user", "warm_user", "new_content"), interval)
    table = outcome_table({"default": Outcome({"auc": (0.6, 0.5, 0.7), "auc_per_request": (0.65, 0.6, 0.7)}, lift)})
    assert table.splitlines()[-1].startswith(
        "| default | 0.600 / 0.650 | +0.25 [-0.50, +1.00] / +1.00 [+0.50, +1.50] |"
    )
