"""Settings of the page."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class PageSettings(Settings):
    """How the page is shown.

    Attributes:
        port: Of HTTP; 0 takes a free one.
        host: The address to listen at; only this machine by default: the page shows what users bought.
        users: How many users can be chosen.
        seed: Which ones.
        deadline: Seconds that a ranker may take for one answer.
    """

    port: int = pydantic.Field(default=8080, ge=0, le=65535)
    host: str = "localhost"
    users: int = pydantic.Field(default=60, ge=1)
    seed: int = pydantic.Field(default=0, ge=0)
    deadline: float = pydantic.Field(default=20.0, gt=0)
