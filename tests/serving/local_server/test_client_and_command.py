"""The client of page services against the server, and the command that starts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from serving.client import RankingClient
from serving.local_server.__main__ import main
from serving.local_server.server import LocalServer
from serving.ranking_calls import ClientSettings
from serving.visitor import Visitor
from tests.serving.local_server.small_models import KNOWN, probability


def test_the_light_client_is_answered_under_each_label(server: LocalServer) -> None:
    visitor = Visitor("u7", viewed_content_ids=["c1"], viewed_times=[1_000])
    for label, version in (("stable", 1), ("canary", 2)):
        with RankingClient(server.target, settings=ClientSettings(version_label=label, deadline=20)) as client:
            ranking = client.rank(visitor, ["c1", "c3", "unknown"], slots=2, timestamp=5_000)
        assert (ranking.version, ranking.fallback, ranking.content_ids) == (version, None, ["c3", "c1"])
        # Without a vector of the user: none is known before the first answer has told the space.
        expected = [probability(version - 0.75, 3, 0), probability(version - 0.75, 1, 1)]
        assert [slot.click_probability for slot in ranking.slots] == pytest.approx(expected, abs=1e-6)


def test_a_label_that_does_not_exist_falls_back(server: LocalServer) -> None:
    with RankingClient(server.target, settings=ClientSettings(version_label="beta", deadline=20)) as client:
        assert client.rank("u7", KNOWN).fallback == "invalid_argument"


def test_the_command_refuses_a_folder_without_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", str(tmp_path)]) == 2
    assert "models.config: no such file; push a ranker first" in capsys.readouterr().err


def test_the_command_refuses_settings_out_of_range(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--base", str(tmp_path), "--workers", "0"]) == 2
    assert "'workers': Input should be greater than or equal to 1" in capsys.readouterr().err
