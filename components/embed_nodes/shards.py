"""Which nodes a shard embeds: of each kind one range of indices; the ranges of all shards meet without a gap."""

from __future__ import annotations

import dataclasses

from schemas.errors import ContractError


@dataclasses.dataclass(frozen=True)
class Shard:
    """One part of the nodes.

    Attributes:
        number: From 1.
        of: How many shards there are; 1 for the whole.
    """

    number: int = 1
    of: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.of:
            raise ContractError(f"embed_nodes: shard {self.number} of {self.of} does not exist; they count from 1")

    def nodes(self, count: int) -> slice:
        """The range of this shard among `count` nodes; sizes differ by one at most."""
        return slice(count * (self.number - 1) // self.of, count * self.number // self.of)
