"""The step with an earlier network: where it starts, which space it keeps, and what it refuses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from components.train_gnn.alignment.earlier_network import read_earlier_network
from components.train_gnn.alignment.unseen_pairs import unseen_held_out
from components.train_gnn.graph_tables import GraphTables, read_graph_tables
from components.train_gnn.inputs.attribute_encoder import AttributeEncoder
from components.train_gnn.inputs.attributes import Categories
from components.train_gnn.network_artifact import read_network, write_network
from components.train_gnn.settings import AlignmentSettings, InputSettings, NetworkSettings
from components.train_gnn.step import train_gnn
from components.train_gnn.supervision import CLICKS, VIEWS, impressed_links, pair_key, split_supervision
from components.train_gnn.train import train_network
from schemas.artifact_meta import ArtifactMeta, read_meta
from schemas.errors import ContractError
from schemas.graph_artifact import GraphArtifact
from schemas.instants import format_instant
from schemas.step_report import StepReport
from tests.components.embed_nodes.whole_graphs import SIZE, make_network
from tests.components.train_gnn.training.graph_folder import write_graph
from tests.components.train_gnn.training.tiny_training import HOUR, NETWORK_END, tiny_settings, tiny_tables

EARLIER_END = NETWORK_END - 3 * HOUR
SETTINGS = tiny_settings()


@dataclasses.dataclass(frozen=True)
class Day:
    """A graph, and yesterday's network."""

    graph: Path
    yesterday: Path

    @property
    def tables(self) -> GraphTables:
        return read_graph_tables(GraphArtifact(self.graph))

    def train(self, output: Path, settings: NetworkSettings = SETTINGS, **options: Any) -> StepReport:
        report = StepReport("train_gnn", 0.0)
        end = options.pop("network_end", NETWORK_END)
        train_gnn(graph=self.graph, output=output, network_end=end, settings=settings, report=report, **options)
        return report


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("day")
    write_graph(folder / "graph", tiny_tables(), NETWORK_END)
    day = Day(folder / "graph", folder / "yesterday")
    day.train(day.yesterday, network_end=EARLIER_END)
    return day


def meta_of(folder: Path) -> ArtifactMeta:
    return read_meta(folder, "network")


def test_without_an_epoch_it_is_the_same_network_in_the_same_space(day: Day, tmp_path: Path) -> None:
    settings = SETTINGS.model_copy(update={"epochs": 0})
    report = day.train(tmp_path / "today", settings, earlier=day.yesterday)
    ours, theirs = (read_network(folder, day.tables)[0].state_dict() for folder in (tmp_path / "today", day.yesterday))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert meta_of(tmp_path / "today").space == meta_of(day.yesterday).space
    assert report.counts["keeps_space"] == 1
    assert report.counts["cosine_after"] == pytest.approx(1)
    assert report.counts["relative_residual"] == pytest.approx(0, abs=1e-4)


def test_a_trained_network_keeps_the_space_only_where_it_agrees_enough(
    day: Day, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    yesterday = meta_of(day.yesterday)
    for smallest, name in ((-1.0, "kept"), (1.0, "own")):
        settings = SETTINGS.model_copy(update={"alignment": AlignmentSettings(smallest_cosine=smallest)})
        report = day.train(tmp_path / name, settings, earlier=day.yesterday)
    kept, own = meta_of(tmp_path / "kept"), meta_of(tmp_path / "own")
    assert kept.space == yesterday.space == yesterday.details["weights"]
    assert own.space == own.details["weights"] != yesterday.space
    assert kept.details["weights"] != yesterday.details["weights"], "networks of one space are told apart"
    told = capsys.readouterr().out
    assert f"space {yesterday.space} goes on" in told
    assert "is below smallest_cosine 1.0: a new space" in told
    earlier = own.details["earlier"]
    assert (earlier["space"], earlier["known_before"]) == (yesterday.space, format_instant(EARLIER_END))
    assert earlier["agreement"]["user"]["cosine_after"] == report.counts["cosine_after_user"]
    assert set(kept.inputs) == {"earlier"}
    assert report.counts["cosine_before"] <= report.counts["cosine_after"] + 1e-9


def test_training_starts_from_the_earlier_weights(day: Day) -> None:
    """Its first validation is that of yesterday's network, not of an untrained one; and a resume knows the start."""
    earlier = read_earlier_network(day.yesterday, day.tables, NETWORK_END, SETTINGS)
    warm = train_network(day.tables, NETWORK_END, SETTINGS, earlier=earlier).curves
    still = SETTINGS.model_copy(update={"epochs": 0})
    assert (
        warm.validation_loss[0]
        == train_network(day.tables, NETWORK_END, still, earlier=earlier).curves.validation_loss[0]
    )
    assert warm.validation_loss[0] != train_network(day.tables, NETWORK_END, still).curves.validation_loss[0]


def test_a_warm_start_takes_smaller_steps(day: Day) -> None:
    earlier = read_earlier_network(day.yesterday, day.tables, NETWORK_END, SETTINGS)

    def moved(share: float, rate: float) -> torch.Tensor:
        alignment = AlignmentSettings(learning_rate_share=share)
        changed = SETTINGS.model_copy(update={"alignment": alignment, "learning_rate": rate})
        network = train_network(day.tables, NETWORK_END, changed, earlier=earlier).network
        return network.inputs.projection.detach() - earlier.network.inputs.projection.detach()

    assert torch.equal(moved(0.1, 0.01), moved(1.0, 0.01 * 0.1))
    assert moved(0.1, 0.01).norm() < 0.5 * moved(1.0, 0.01).norm()


def test_held_out_pairs_are_those_that_the_earlier_network_cannot_know() -> None:
    tables = tiny_tables()
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    whole = split_supervision(links, tables.contents, 0.7, 0.5, numpy.random.default_rng(0))
    unseen = unseen_held_out(whole, links, EARLIER_END)
    old = links.select(links.time < EARLIER_END)
    known = set(pair_key(old.user, old.content, tables.contents).tolist())
    keys = pair_key(whole.held_out.user, whole.held_out.content, tables.contents).tolist()
    assert len(unseen.held_out) == sum(key not in known for key in keys) > 0
    assert (unseen.held_out.time >= EARLIER_END).all()
    assert unseen.pair_keys is whole.pair_keys, "no held-out pair carries a message all the same"
    with pytest.raises(ContractError, match=f"0 of {len(keys)} held-out links .*{format_instant(NETWORK_END)}"):
        unseen_held_out(whole, links, NETWORK_END)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"encoder": "sage"}, "encoder 'contrast' instead of 'sage'"),
        ({"embedding_size": 12}, "embedding_size 8 instead of 12"),
        ({"layers": 1, "fan_out": (3,)}, "layers 2 instead of 1"),
        ({"inputs": InputSettings(content_pooling="attention")}, "inputs .*mean.* instead of .*attention"),
    ],
)
def test_weights_of_another_shape_are_refused(day: Day, tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractError, match=words):
        day.train(tmp_path / "today", SETTINGS.model_copy(update=changed), earlier=day.yesterday)
    assert not list(tmp_path.iterdir())


def test_a_younger_network_and_a_folder_that_is_none_are_refused(day: Day, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match=f"later than {format_instant(EARLIER_END - HOUR)}"):
        day.train(tmp_path / "today", earlier=day.yesterday, network_end=EARLIER_END - HOUR)
    with pytest.raises(ContractError, match="not a complete network artifact"):
        day.train(tmp_path / "today", earlier=tmp_path / "nothing")
    assert not list(tmp_path.iterdir())


def test_new_categories_start_at_zero_and_other_attributes_are_refused(tmp_path: Path) -> None:
    tables = tiny_tables()
    settings = NetworkSettings(embedding_size=SIZE)
    write_network(tmp_path / "old", make_network("contrast", tables), settings, HOUR, 0, {}, {}, {})
    kind = tables.attributes["content"]["kind"]
    assert isinstance(kind, Categories)
    more = Categories(("advert", *kind.names), numpy.where(numpy.arange(tables.contents) == 3, 0, kind.code + 1))
    attributes = {**tables.attributes, "content": {**tables.attributes["content"], "kind": more}}
    today = dataclasses.replace(tables, attributes=attributes)
    earlier = read_earlier_network(tmp_path / "old", today, NETWORK_END, settings)
    encoder = earlier.network.inputs.attributes["content"]
    assert isinstance(encoder, AttributeEncoder)
    row = 1 + encoder.names["kind"].index("advert")
    assert not encoder.vectors["kind"][row].any()
    assert encoder.vectors["kind"][1:row].all()
    fewer = dataclasses.replace(tables, attributes={"content": tables.attributes["content"]})
    with pytest.raises(ContractError, match=r"without use: inputs\.attributes\.user.*segment"):
        read_earlier_network(tmp_path / "old", fewer, NETWORK_END, settings)


def test_a_checkpoint_of_another_start_is_refused(day: Day, tmp_path: Path) -> None:
    earlier = read_earlier_network(day.yesterday, day.tables, NETWORK_END, SETTINGS)
    train_network(day.tables, NETWORK_END, SETTINGS, tmp_path / "checkpoints")
    with pytest.raises(ContractError, match=f"earlier was None and is '{earlier.weights}'"):
        train_network(day.tables, NETWORK_END, SETTINGS, tmp_path / "checkpoints", earlier=earlier)
