"""Runs that a clock starts on Kubeflow: what each reads is decided when it starts, and noted when it ends."""
