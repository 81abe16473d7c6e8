"""Spark and DuckDB build the same graph, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from schemas.instants import DAY, HOUR
from schemas.step_report import StepReport
from tests.components.build_graph.naive_graph import LOGS_WINDOW, with_ties
from tests.folder_bytes import file_bytes
from tests.log_folders import START, shop_tables, write_validated_logs

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")


def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    """From scratch over partitions that the window cuts, and continuing a base that the other engine built."""
    tables = with_ties(shop_tables(seed=4, requests_a_day=40, users=30))
    tables["articles"].loc[3, "article_id"] = "ärticle"  # sorted by bytes on both
    tables["contents"]["article_ids"] = [
        ["ärticle" if article == "article03" else article for article in articles]
        for articles in tables["contents"]["article_ids"]
    ]
    tables["orders"]["article_id"] = tables["orders"]["article_id"].replace("article03", "ärticle")
    logs = write_validated_logs(tmp_path / "logs", tables, *LOGS_WINDOW)

    def build(output: Path, engine: str, start: int, end: int, base: Path | None) -> dict[str, bytes]:
        build_graph(
            logs=logs,
            output=output,
            start=start,
            end=end,
            settings=GraphSettings.model_validate({"engine": engine, "memory_limit": "1GB"}),
            report=StepReport("build_graph", 0.0),
            base=base,
        )
        return file_bytes(output)

    first, later = (START + HOUR, START + 6 * DAY + 7 * HOUR), (START + DAY, START + 8 * DAY)
    on_spark = build(tmp_path / "spark", "pyspark", *first, None)
    on_duckdb = build(tmp_path / "duckdb", "duckdb", *first, None)
    assert [name for name in on_duckdb if on_duckdb[name] != on_spark.get(name)] == []
    assert on_spark.keys() == on_duckdb.keys()
    continued = build(tmp_path / "continued", "pyspark", *later, tmp_path / "duckdb")
    scratch = build(tmp_path / "scratch", "duckdb", *later, None)
    assert [name for name in scratch if scratch[name] != continued.get(name)] == []
