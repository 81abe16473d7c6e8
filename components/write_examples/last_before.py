"""Point-in-time questions of this process, answered by the engine's as-of join."""

from __future__ import annotations

import numpy
import pyarrow

from components.engine.as_of_join import INSTANT, KEY, TIME, as_of_join
from components.engine.engine import Engine
from schemas.graph_artifact import IntArray

NOTHING = -1
"""The answer where no event is before the instant."""


def event_table(key: IntArray, time: IntArray, value: IntArray) -> pyarrow.Table:
    """Events as `last_before` takes them: at most one of a key at a time, values not negative [events]."""
    return pyarrow.table({KEY: key, TIME: time, "value": value})


def last_before(engine: Engine, events: pyarrow.Table, key: IntArray, instant: IntArray) -> IntArray:
    """The value of each key's last event strictly before its instant.

    Args:
        engine: Works the join out.
        events: From `event_table`.
        key: int64 [queries].
        instant: int64 microseconds [queries].

    Returns:
        int64; NOTHING where there is no such event [queries].
    """
    values = numpy.full(len(key), NOTHING, numpy.int64)
    asked = pyarrow.table({"row": numpy.arange(len(key)), KEY: key, INSTANT: instant})
    with engine.given(asked) as rows, engine.given(events) as known:
        joined = as_of_join(engine, rows, known)
        for batch in engine.stream(joined.filter(joined.value.notnull()).select("row", "value")):
            values[batch["row"].to_numpy()] = batch["value"].to_numpy()
    return values
