"""Logs that cannot give the graph that was asked for are refused, and nothing is written."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from schemas.errors import ContractError
from schemas.graph_artifact import EMBEDDING_SIZE
from schemas.instants import DAY, format_instant
from schemas.step_report import StepReport
from tests.components.build_graph.naive_graph import LOGS_WINDOW, WINDOWS
from tests.log_folders import START, Tables, shop_tables, write_validated_logs


@pytest.fixture(scope="module")
def tables() -> Tables:
    return shop_tables()


def refusal(folder: Path, logs: Path, start: int, end: int) -> str:
    with pytest.raises(ContractError) as caught:
        build_graph(
            logs=logs,
            output=folder / "graph",
            start=start,
            end=end,
            settings=GraphSettings(),
            report=StepReport("build_graph", 0.0),
        )
    assert not (folder / "graph").exists()
    assert sorted(path.name for path in folder.iterdir()) == ["logs"]
    return str(caught.value)


def test_a_window_without_impressions_is_refused(tmp_path: Path, tables: Tables) -> None:
    early = {**tables, "impressions": tables["impressions"][:200]}
    logs = write_validated_logs(tmp_path / "logs", early, *LOGS_WINDOW)
    message = refusal(tmp_path, logs, START + 7 * DAY, START + 8 * DAY)
    assert f"{logs / 'impressions'}: no impression from 2026-03-09T00:00:00Z to 2026-03-10T00:00:00Z" in message


@pytest.mark.parametrize(
    "window", [(START - DAY, START + 7 * DAY), (START, START + 9 * DAY), (START + DAY, START + DAY)]
)
def test_logs_that_do_not_cover_the_window_are_refused(tmp_path: Path, tables: Tables, window: tuple[int, int]) -> None:
    logs = write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)
    message = refusal(tmp_path, logs, *window)
    assert "validated for 2026-03-02T00:00:00Z to 2026-03-10T00:00:00Z" in message
    assert format_instant(window[1]) in message


def test_logs_that_nobody_validated_are_refused(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    assert "not a complete validated_logs artifact" in refusal(tmp_path, tmp_path / "logs", *WINDOWS["train"])


def test_an_embedding_beyond_half_precision_is_refused(tmp_path: Path) -> None:
    tables = shop_tables()
    tables["articles"].at[4, "embedding"] = numpy.full(EMBEDDING_SIZE, 1e5, numpy.float32)
    logs = write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)
    message = refusal(tmp_path, logs, *WINDOWS["train"])
    assert "'article04' reaches 100000" in message
