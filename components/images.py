"""Names of the container images that hold the steps' code and dependencies."""

from __future__ import annotations

import os
import re

from schemas.errors import ContractError

TAG_VARIABLE = "FRONTROW_IMAGE_TAG"
DEVELOPMENT_TAG = "development"
LOCAL_REGISTRY = "localhost"
"""Before the names of images that only this machine holds: nothing is pulled from there or pushed to it by mistake."""
STEP_IMAGES = ("data", "gnn", "ranker")
"""Folders of images/ whose images steps run in."""


def image(name: str) -> str:
    """The image of a group of steps.

    Args:
        name: `data`, `gnn` or `ranker`: a folder of images/.

    Returns:
        The image with the tag of the environment variable FRONTROW_IMAGE_TAG, for example `frontrow/data:4f2c9ab`.
    """
    return f"frontrow/{name}:{os.environ.get(TAG_VARIABLE, DEVELOPMENT_TAG)}"


def retagged(reference: str, tag: str, registry: str = "") -> str:
    """The same image with another tag, from another registry.

    Args:
        reference: As `image` gives it.
        tag: The commit that the image was built from.
        registry: What stands before `frontrow/`, for example `europe-docker.pkg.dev/shop/images`.

    Raises:
        ContractError: The tag is `latest` or cannot be a tag; a tag names one build for good.
    """
    if tag == "latest" or re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", tag) is None:
        raise ContractError(f"'{tag}' cannot be an image's tag; use the commit that the image was built from")
    prefix = f"{registry.rstrip('/')}/" if registry else ""
    return f"{prefix}{reference.rsplit(':', 1)[0]}:{tag}"
