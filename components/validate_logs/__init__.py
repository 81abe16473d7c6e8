"""Checks raw logs against the log contract and hands on clean Parquet, with every bad row put aside and explained."""

import os

# Great Expectations reads this when it is imported: a step tells nobody on the network that it ran.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
