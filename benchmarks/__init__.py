"""The numbers of the project, one file a number: python -m benchmarks.<name> [--json]."""
