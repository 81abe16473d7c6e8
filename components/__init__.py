"""The steps of the pipelines, one folder a step; each is a plain function, a KFP component and a command line."""
