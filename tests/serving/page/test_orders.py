"""Only what was bought before the request is shown, and no more of it than the ranker reads."""

from __future__ import annotations

from pathlib import Path

import pyarrow
import pyarrow.parquet

from schemas.graph_artifact import RECENT_ORDERS
from serving.page.orders import Order, recent_orders


def test_the_last_orders_before_the_moment(tmp_path: Path) -> None:
    for day, start in (("2026-03-08", 0), ("2026-03-09", 30)):
        folder = tmp_path / "orders" / f"day={day}"
        folder.mkdir(parents=True)
        times = list(range(start + 29, start - 1, -1))
        columns = {
            "user_id": ["u1"] * 30 + ["u2"],
            "article_id": [f"a{time}" for time in times] + ["b"],
            "timestamp": pyarrow.array([*times, 70], pyarrow.timestamp("us", tz="UTC")),
        }
        pyarrow.parquet.write_table(pyarrow.table(columns), folder / "part-0.parquet")
    found = recent_orders(tmp_path, {"u1": 40, "u2": 70, "u3": 100})
    assert found["u1"] == tuple(Order(f"a{time}", time) for time in range(40 - RECENT_ORDERS, 40))
    assert found["u2"] == found["u3"] == ()
