"""Runs the steps of the daily pipeline one after the other in this process, for tests that break a rule on purpose."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from components.build_graph.settings import GraphSettings
from components.build_graph.step import build_graph
from components.embed_nodes.settings import EmbeddingSettings
from components.embed_nodes.step import embed_nodes
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.step import train_gnn
from components.train_ranker.settings import RankerSettings
from components.train_ranker.step import train_ranker
from components.validate_logs.settings import ValidationSettings
from components.validate_logs.step import validate_logs
from components.write_examples.settings import ExampleSettings
from components.write_examples.step import write_examples
from schemas.instants import DAY
from schemas.step_report import step_report
from schemas.timeline import Timeline
from sources.simulated_shop.settings import SimulatorSettings
from sources.simulator import simulate

COLD_CONTENT_VIEWS = 50


@dataclasses.dataclass(frozen=True)
class World:
    """A small simulated shop and the folder in which its artifacts lie."""

    folder: Path
    timeline: Timeline

    def artifact(self, name: str) -> Path:
        """The folder of one artifact."""
        return self.folder / name


def make_graphs(folder: Path, simulator: SimulatorSettings, timeline: Timeline) -> World:
    """Simulates, validates, and builds the train and the replay graph."""
    world = World(folder, timeline)
    simulate(output=world.artifact("source"), settings=simulator)
    with step_report("validate_logs") as report:
        validate_logs(
            logs=world.artifact("source"),
            output=world.artifact("logs"),
            start=timeline.window_start,
            end=timeline.test_end,
            settings=ValidationSettings(),
            report=report,
        )
    for name, end in (("train_graph", timeline.as_of), ("replay_graph", timeline.test_end)):
        with step_report("build_graph") as report:
            build_graph(
                logs=world.artifact("logs"),
                output=world.artifact(name),
                start=timeline.window_start,
                end=end,
                settings=GraphSettings(),
                report=report,
            )
    return world


def make_embeddings(world: World, network: NetworkSettings) -> None:
    """Trains the network and embeds every refresh."""
    with step_report("train_gnn") as report:
        train_gnn(
            graph=world.artifact("train_graph"),
            output=world.artifact("network"),
            network_end=world.timeline.network_end,
            settings=network,
            report=report,
        )
    with step_report("embed_nodes") as report:
        embed_nodes(
            graph=world.artifact("replay_graph"),
            network=world.artifact("network"),
            output=world.artifact("embeddings"),
            instants=world.timeline.refresh_instants,
            window=world.timeline.window_days * DAY,
            cold_content_views=COLD_CONTENT_VIEWS,
            settings=EmbeddingSettings(),
            report=report,
        )


def make_rankers(world: World, examples: str, ranker: RankerSettings) -> None:
    """Writes the examples into the artifact of that name and trains both rankers on them."""
    with step_report("write_examples") as report:
        write_examples(
            logs=world.artifact("logs"),
            embeddings=world.artifact("embeddings"),
            output=world.artifact(examples),
            timeline=world.timeline,
            cold_content_views=COLD_CONTENT_VIEWS,
            settings=ExampleSettings(),
            report=report,
        )
    for with_graph in (False, True):
        with step_report("train_ranker") as report:
            train_ranker(
                examples=world.artifact(examples),
                output=world.artifact(ranker_name(examples, with_graph)),
                with_graph=with_graph,
                settings=ranker,
                report=report,
            )


def ranker_name(examples: str, with_graph: bool) -> str:
    """The artifact of a ranker that make_rankers trained."""
    return f"{examples}_ranker_{'with' if with_graph else 'without'}_graph"
