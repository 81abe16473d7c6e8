"""A finished run of tiny artifacts, and the page that shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from schemas.instants import DAY, parse_instant
from serving.local_server.server import LocalServer
from serving.local_server.settings import LocalServerSettings
from serving.page.server import serve_page
from serving.page.settings import PageSettings
from tests.components.evaluate_ranker.tiny_examples import AS_OF, CONTENTS, TinyWorld, write_tiny_examples
from tests.components.evaluate_ranker.tiny_rankers import write_tiny_ranker
from tests.serving.local_server.small_models import place, point

ORDERED = ("a3", "a11")
"""What the even users bought, a day before the first test request."""


@pytest.fixture(scope="package")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that pushed the ranker that knows taste."""
    root = tmp_path_factory.mktemp("page")
    artifacts = {
        "examples": write_tiny_examples(root / "examples", TinyWorld(requests=60, users=12)),
        "ranker_without_graph": write_tiny_ranker(root / "without", False, 0.0),
        "ranker_with_graph": write_tiny_ranker(root / "with", True, 1.5),
        "validated_logs": root / "logs",
    }
    day = root / "logs" / "orders" / "day=2026-03-08"
    day.mkdir(parents=True)
    (root / "logs" / "contents").mkdir()
    bought = [(f"u{user}", article) for user in range(0, 12, 2) for article in ORDERED]
    times = pyarrow.array([parse_instant(AS_OF) - DAY] * len(bought), pyarrow.timestamp("us", tz="UTC"))
    users, articles = zip(*bought, strict=True)
    orders = pyarrow.table({"user_id": users, "article_id": articles, "timestamp": times})
    pyarrow.parquet.write_table(orders, day / "part-0.parquet")
    ids = [f"c{number}" for number in range(CONTENTS)]
    facts = {"content_id": ids, "kind": ["video"] * CONTENTS, "brand_ids": [["<b>loud</b>"]] * CONTENTS}
    pyarrow.parquet.write_table(pyarrow.table(facts), root / "logs" / "contents" / "part-0.parquet")
    run = root / "run"
    run.mkdir()
    (run / "artifacts.json").write_text(json.dumps({name: str(path) for name, path in artifacts.items()}))
    place(run / "serving", 5, artifacts["ranker_with_graph"] / "seed=1" / "saved_model")
    point(run / "serving", [5], {"stable": 5})
    return run


@pytest.fixture(scope="package")
def served(finished_run: Path) -> Iterator[LocalServer]:
    """The server of its pushed ranker."""
    with LocalServer(finished_run / "serving", LocalServerSettings(port=0, poll_seconds=0)) as server:
        yield server


@pytest.fixture(scope="package")
def address(finished_run: Path, served: LocalServer) -> Iterator[str]:
    """Of the page."""
    with serve_page(finished_run, served.target, "ranker", PageSettings(port=0, users=10)) as address:
        yield address
