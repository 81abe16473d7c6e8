"""Settings of a deployment of TensorFlow Serving."""

from __future__ import annotations

from typing import Self

import pydantic

from schemas.settings import Settings


class DeploymentSettings(Settings):
    """What runs, and where it finds the pushed versions.

    Attributes:
        image: TensorFlow Serving's image, with a tag that names its version.
        model_name: As the push calls the model.
        base_path: The pushed folder as the server sees it; models.config lies in it.
        mounted_folder: The pushed folder on this machine, which docker mounts; None for gs://.
        volume_claim: The claim that Kubernetes mounts at the base path; not used for gs://.
        service_account: The account that may read gs://.
        replicas: Servers.
        cores: Of one server.
        memory: Of one server, as Kubernetes writes it.
        poll_seconds: How often models.config and the versions are looked for.
    """

    image: str
    model_name: str = pydantic.Field(default="ranker", pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=50)
    base_path: str
    mounted_folder: str | None = None
    volume_claim: str = "ranker-models"
    service_account: str = "default"
    replicas: int = pydantic.Field(default=2, ge=1)
    cores: int = pydantic.Field(default=2, ge=1)
    memory: str = "2Gi"
    poll_seconds: int = pydantic.Field(default=10, ge=1)

    @pydantic.model_validator(mode="after")
    def _pinned(self) -> Self:
        tag = self.image.rpartition("/")[2].partition(":")[2]
        if "@sha256:" not in self.image and tag in ("", "latest"):
            raise ValueError(f"image {self.image} names no version; for example tensorflow/serving:2.19.1")
        return self
