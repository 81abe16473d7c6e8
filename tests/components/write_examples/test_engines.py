"""Spark and DuckDB write the same examples, byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from components.write_examples.settings import ExampleSettings
from tests.components.write_examples.small_world import SETTINGS, examples_of, world_tables, write_world
from tests.folder_bytes import file_bytes


@pytest.mark.skipif(shutil.which("java") is None, reason="Java is missing: Spark cannot run")
def test_spark_writes_the_bytes_of_duckdb(tmp_path: Path) -> None:
    world = write_world(tmp_path, world_tables(seed=2))
    duckdb = examples_of(world, tmp_path / "duckdb")
    settings = ExampleSettings(engine="pyspark", memory_limit="1GB", candidates_per_file=SETTINGS.candidates_per_file)
    spark = examples_of(world, tmp_path / "spark", settings=settings)
    first, second = file_bytes(duckdb.folder), file_bytes(spark.folder)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
