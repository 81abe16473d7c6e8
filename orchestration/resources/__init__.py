"""What each step asks of a Kubernetes cluster, apart from what it computes."""
