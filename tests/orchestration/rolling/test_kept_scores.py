"""What is kept comes back as it was."""

from __future__ import annotations

from pathlib import Path

import numpy

from orchestration.rolling.kept_scores import read_kept_scores, write_kept_scores
from tests.orchestration.rolling.drawn_scores import drawn_days


def test_rows_and_scores_come_back(tmp_path: Path) -> None:
    ((drawn,),) = drawn_days(1, 1).values()
    write_kept_scores(tmp_path / "seed=1", drawn.rows, drawn.scores, drawn.meta)
    kept = read_kept_scores(tmp_path / "seed=1")
    assert kept.meta == drawn.meta
    assert {name: values.tolist() for name, values in kept.rows.items()} == {
        name: values.tolist() for name, values in drawn.rows.items()
    }
    assert list(kept.scores) == list(drawn.scores)
    for refresh, of_refresh in drawn.scores.items():
        for who, scores in of_refresh.items():
            assert numpy.array_equal(kept.scores[refresh][who], scores)
