"""Where Ibis expressions run: DuckDB on one machine, Spark where a cluster is at hand; the expressions are the same."""
