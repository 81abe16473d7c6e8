"""The parts of the official MIND layout, each turned into one table of the log contract."""
