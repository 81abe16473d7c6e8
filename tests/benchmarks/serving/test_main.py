"""Figures in the agreed shape from servers in processes of their own; the server of the ranker is a stand-in."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks import server_process
from benchmarks.serving import __main__ as benchmark
from benchmarks.serving import page
from benchmarks.serving.open_loop import run_load
from benchmarks.serving.rank_function import RankFunction
from serving.ranking_calls import ClientSettings
from tests.benchmarks.serving import stand_in_server
from tests.components.push_ranker.served_folder import write_ranker

REQUEST: dict[str, Any] = {
    "user_embedding": [0.5, 1.0],
    "space": "tiny",
    "recent_order_article_ids": ["a1"],
    "viewed_content_ids": ["c1", "c2"],
    "viewed_times": [5, 6],
    "clicked_content_ids": [],
    "clicked_times": [],
    "timestamp": 9,
    "device": "phone",
    "content_ids": [f"c{number % 90}" for number in range(100)],
}


@pytest.mark.parametrize(("folder", "errors"), [("well", 0), (stand_in_server.FAILING, 6)])
def test_figures_beside_their_references(
    folder: str, errors: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_process, "LOCAL_SERVER", stand_in_server.__name__)
    # However busy the machine is, only what fails as told is an error.
    monkeypatch.setattr(page, "SETTINGS", ClientSettings(deadline=60))
    monkeypatch.setattr(benchmark, "PAGE_GOAL_MILLISECONDS", 1e6)
    monkeypatch.setattr(benchmark, "measure_rank_function", lambda *_: RankFunction(1.5, 6.0, 0.7, REQUEST))
    ranker = write_ranker(tmp_path / "ranker")
    words = ["--ranker", str(ranker), "--rate", "100", "--seconds", "0.6", "--json"]
    assert benchmark.main([*words, "--folder", str(tmp_path / folder)]) == 0
    function, pages = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (function["value"], function["reference_value"], function["ratio"]) == (1.5, 6.0, 0.25)
    assert (function["unit"], function["met"]) == ("ms", True)
    assert "cross low_rank, deep 128-64" in function["work"]
    assert "60 pages of 2,000 candidates at 100 a second, 99th percentile" in pages["work"]
    assert f"{errors} errors" in pages["work"]
    assert pages["met"] == (errors == 0)
    assert pages["ratio"] == pytest.approx(pages["value"] / pages["reference_value"], rel=0.01)
    assert not list((tmp_path / folder).iterdir())


def test_a_wait_counts_from_when_a_request_was_due() -> None:
    """One slow answer at a time: were arrivals to wait for answers, each would seem to take as long as the first."""

    def ask() -> bool:
        time.sleep(0.05)
        return True

    load = run_load(ask, rate=10_000, seconds=0.0032, title="slow")
    assert (load.requests, load.errors) == (32, 0)
    assert load.percentile_99 > 95
    assert load.percentile_99 > load.median


def test_a_server_that_ends_at_once_is_named() -> None:
    with (
        pytest.raises(RuntimeError, match=r"benchmarks\.figure ended with exit code 0"),
        server_process.server_process("benchmarks.figure"),
    ):
        pass
