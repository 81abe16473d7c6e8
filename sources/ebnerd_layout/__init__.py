"""The parts of EB-NeRD's official layout, each turned into one table of the log contract."""
