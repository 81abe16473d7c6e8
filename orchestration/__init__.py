"""What stands between the pipelines' definitions and a run: configuration, fingerprints, kfp.local, a server."""
