"""Spark and DuckDB build the same graph, byte for byte; Spark as docs/running_on_spark.md starts it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from schemas.instants import DAY, HOUR, Instant, format_instant
from schemas.step_report import StepReport
from tests.components.build_graph.naive_graph import LOGS_WINDOW, with_ties
from tests.folder_bytes import file_bytes
from tests.log_folders import START, shop_tables, write_validated_logs

pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With ties, and an id whose place depends on whether bytes or letters are compared."""
    tables = with_ties(shop_tables(seed=4, requests_a_day=40, users=30))
    tables["articles"].loc[3, "article_id"] = "ärticle"
    tables["contents"]["article_ids"] = [
        ["ärticle" if article == "article03" else article for article in articles]
        for articles in tables["contents"]["article_ids"]
    ]
    tables["orders"]["article_id"] = tables["orders"]["article_id"].replace("article03", "ärticle")
    return write_validated_logs(tmp_path_factory.mktemp("engines") / "logs", tables, *LOGS_WINDOW)


def build(logs: Path, output: Path, engine: str, start: Instant, end: Instant, base: Path | None = None) -> Path:
    build_graph(
        logs=logs,
        output=output,
        start=start,
        end=end,
        settings=GraphSettings.model_validate({"engine": engine, "memory_limit": "1GB", "rows_in_memory": 0}),
        report=StepReport("build_graph", 0.0),
        base=base,
    )
    return output


def assert_same(one: Path, other: Path) -> None:
    first, second = file_bytes(one), file_bytes(other)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.slow
def test_a_submitted_job_writes_the_bytes_of_duckdb(logs: Path, tmp_path: Path) -> None:
    """The project is a zip file on the workers; the window cuts partitions."""
    start, end = START + HOUR, START + 6 * DAY + 7 * HOUR
    with zipfile.ZipFile(tmp_path / "frontrow.zip", "w") as archive:
        for path in (path for folder in ("components", "schemas") for path in (PROJECT / folder).rglob("*")):
            if path.suffix in (".py", ".yaml"):
                archive.write(path, path.relative_to(PROJECT))
    script = shutil.copy(PROJECT / "components" / "build_graph" / "__main__.py", tmp_path / "main.py")
    submit = [str(Path(sys.executable).parent / "spark-submit"), "--master", "local[2]", "--driver-memory", "1g"]
    options = ["--conf", "spark.ui.enabled=false", "--conf", "spark.sql.shuffle.partitions=2"]
    (tmp_path / "run.yaml").write_text("graph: {rows_in_memory: 0}")
    step = ["--engine", "pyspark", "--config", "run.yaml", "--logs", str(logs), "--output", str(tmp_path / "spark")]
    window = ["--start", format_instant(start), "--end", format_instant(end)]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    environment.pop("PYTHONPATH", None)
    command = [*submit, *options, "--py-files", "frontrow.zip", script, *step, *window]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=600)
    assert_same(build(logs, tmp_path / "duckdb", "duckdb", start, end), tmp_path / "spark")


def test_spark_continues_a_graph_that_duckdb_built(logs: Path, tmp_path: Path) -> None:
    base = build(logs, tmp_path / "base", "duckdb", START + HOUR, START + 6 * DAY + 7 * HOUR)
    window = (START + DAY, START + 8 * DAY)
    continued = build(logs, tmp_path / "continued", "pyspark", *window, base)
    assert_same(build(logs, tmp_path / "scratch", "duckdb", *window), continued)
