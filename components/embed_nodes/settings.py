"""Settings of embed_nodes."""

from __future__ import annotations

from schemas.settings import Settings


class EmbeddingSettings(Settings):
    """How embeddings are computed.

    Attributes:
        threads: Threads of the matrix products; 0 takes all cores.
    """

    threads: int = 0
