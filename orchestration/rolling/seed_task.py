"""What one process computes: one test day with one seed."""

from __future__ import annotations

from pathlib import Path

from components.embed_nodes.settings import EmbeddingSettings
from components.train_gnn.settings import NetworkSettings
from components.train_ranker.settings import RankerSettings
from components.write_examples.settings import ExampleSettings
from schemas.instants import as_datetime
from schemas.settings import Settings
from schemas.timeline import Timeline


class SeedTask(Settings):
    """One test day with one seed, as plain values that fit into a file.

    Attributes:
        inputs: Folder of the day's validated logs and graphs, see day_inputs.
        output: Where the scores go.
        timeline: Timeline.to_values; its refresh is the shortest one.
        refreshes: Each gets examples and rankers of its own, from the same embeddings.
        seed: Of the network and of everything that ranks.
        cold_content_views: Content with fewer views in the window is cold.
        network: Of train_gnn.
        embedding: Of embed_nodes.
        examples: Of write_examples.
        ranker: Of train_ranker.
    """

    inputs: Path
    output: Path
    timeline: dict[str, int]
    refreshes: tuple[str, ...]
    seed: int
    cold_content_views: int
    network: NetworkSettings
    embedding: EmbeddingSettings
    examples: ExampleSettings
    ranker: RankerSettings

    @property
    def moments(self) -> Timeline:
        """The day's instants on the grid of the shortest refresh."""
        return Timeline(**self.timeline)

    @property
    def made_of(self) -> dict[str, object]:
        """Everything that the scores follow from, but for the day's inputs and the code."""
        return self.model_dump(mode="json", exclude={"inputs", "output"})

    @property
    def title(self) -> str:
        """For people: `2023-05-25, seed 1`."""
        return f"{as_datetime(self.moments.as_of):%Y-%m-%d}, seed {self.seed}"
