"""The truths are the shop's own: each knows more of it than the one before; rows of another shop are refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from benchmarks.taste_ceiling import main, scores_of, truths
from components.evaluate_ranker.comparators.ranking_rows import RankingRows
from components.evaluate_ranker.record_columns import RecordColumns
from schemas.errors import ContractError
from sources.simulated_shop.log_tables import content_ids, user_ids
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulated_shop.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World(SimulatorSettings(impressions=20_000, contents=200))


def rows_of(users: numpy.ndarray, contents: numpy.ndarray) -> RankingRows:
    nothing = numpy.zeros(len(users), numpy.int64)
    columns = RecordColumns(
        values={"user_id": users, "content_id": contents},
        requests=nothing,
        users=nothing,
        request_users=nothing,
        clicked=nothing.astype(numpy.bool_),
    )
    return RankingRows(columns, nothing, nothing, nothing)


def test_each_truth_knows_more_of_what_the_shop_expects_of_user_and_content(world: World) -> None:
    period = next(iter(world.periods()))
    ids = [user_ids(world).to_numpy(zero_copy_only=False), content_ids(world).to_numpy(zero_copy_only=False)]
    rows = rows_of(ids[0][period.impressions.user], ids[1][period.impressions.content])
    correlations = [
        numpy.corrcoef(scores_of(truth, world, {"test": rows})["test"], period.user_content_score)[0, 1]
        for truth in truths(world).values()
    ]
    assert 0.1 < correlations[0] < correlations[1] < correlations[2] < 1


def test_rows_of_another_shop_are_refused(world: World) -> None:
    rows = rows_of(numpy.array(["u1"], object), numpy.array(["no such content"], object))
    with pytest.raises(ContractError, match=r"rows name a user_id|rows name a content_id"):
        scores_of(next(iter(truths(world).values())), world, {"test": rows})


def test_a_run_of_real_logs_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "report.json").write_text(json.dumps({"config": {"source": "ebnerd"}}))
    assert main(["--run", str(tmp_path)]) != 0
    assert "only the simulator tells its truth" in capsys.readouterr().err
    assert main(["--run", str(tmp_path / "nowhere")]) != 0
