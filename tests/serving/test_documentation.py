"""The example of docs/serving.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pyarrow.parquet

from serving.ranking_calls import ClientSettings
from serving.user_vectors import Vector
from tests.serving.prediction_server import PredictionServer, probabilities, serving

PAGE = Path(__file__).parents[2] / "docs" / "serving.md"


class Store:
    """Every user's vector is the same."""

    def vector(self, _space: str, _user_id: str) -> Vector | None:
        return numpy.zeros(2, numpy.float32)


def test_the_example_fills_a_page(tmp_path: Path) -> None:
    contents = [f"c{position}" for position in range(60)]
    table = {
        "content_id": contents,
        "kind": [position % 3 for position in range(60)],
        "content_click_rate_7d": numpy.linspace(0, 1, 60),
        "content_embedding": pyarrow.FixedSizeListArray.from_arrays(
            pyarrow.array(numpy.random.default_rng(0).normal(size=120)), 2
        ),
    }
    pyarrow.parquet.write_table(pyarrow.table(table), tmp_path / "content.parquet")
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    with serving(PredictionServer(probabilities(contents).__getitem__)) as target:
        names: dict[str, Any] = {
            "content_table": tmp_path / "content.parquet",
            "target": target,
            "store": Store(),
            "candidates": contents,
            # A server that answers for the first time may take longer than a page would wait.
            "patient": ClientSettings(deadline=20),
        }
        exec(example.replace("RankingClient(target", "RankingClient(target, settings=patient"), names)
    assert len(names["ranking"].content_ids) == 40
    assert names["ranking"].fallback is None
    assert names["ranking"].content_ids[0] == "c59"
