"""Settings of embed_nodes."""

from __future__ import annotations

import pydantic

from schemas.settings import Settings


class EmbeddingSettings(Settings):
    """How embeddings are computed.

    Attributes:
        threads: Threads of the matrix products; 0 takes all cores. One by default, as for the network's training.
        nodes_at_a_time: Nodes whose vectors are computed together, at most.
        edges_at_a_time: Their in-edges, at most, but never less than those of one node. Bounds the memory of a layer:
            for contrast and sage about 12 bytes an edge and 4 x embedding_size bytes for each of their sources.
        incremental: Whether vectors whose neighbourhood did not change since the refresh before are kept. The vectors
            are the same either way.
    """

    threads: int = pydantic.Field(default=1, ge=0)
    nodes_at_a_time: int = pydantic.Field(default=16_384, ge=1)
    edges_at_a_time: int = pydantic.Field(default=1_000_000, ge=1)
    incremental: bool = True
