"""The container images: one folder an image, and the commands that keep their locked requirements."""
