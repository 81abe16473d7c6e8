"""Settings of embed_nodes."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class EmbeddingSettings(Settings):
    """How embeddings are computed.

    Attributes:
        threads: Threads of the matrix products; 0 takes all cores. One by default, as for the network's training.
    """

    threads: int = pydantic.Field(default=1, ge=0)
