"""Whether this process was submitted to a Spark cluster."""

from __future__ import annotations

import os


def submitted_to_cluster() -> bool:
    """True inside spark-submit, which sets this variable for the processes that it starts."""
    return "PYSPARK_GATEWAY_PORT" in os.environ
