"""Where logs come from: each module writes a folder in the log contract, the pipelines' only input."""
