"""The loss of a real batch, recomputed link by link from the embeddings: requests, popularity, pairs once shown."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
import torch

from components.train_gnn.link_batches import embed_link_ends, link_loader
from components.train_gnn.losses.link_loss import link_loss
from components.train_gnn.network import GraphNetwork
from components.train_gnn.sampler import TimeRespectingSampler
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.supervision import CLICKS, VIEWS, impressed_links, split_supervision
from components.train_gnn.training.batches import batch_parts, sampled_parts
from components.train_gnn.training.processes import Processes
from components.train_gnn.training_links import TrainingLinks
from schemas.instants import DAY
from tests.e2e.coin_flip_graph import DAYS, coin_flip_tables

TABLES = coin_flip_tables(2)
LINKS = impressed_links(TABLES.edges[VIEWS], TABLES.edges[CLICKS])


@pytest.mark.parametrize("in_batch", [False, True])
def test_softmax_of_a_batch(in_batch: bool) -> None:
    settings = NetworkSettings.model_validate(
        {"embedding_size": 8, "batch_links": 60, "loss": {"name": "softmax", "in_batch_negatives": in_batch}}
    )
    supervision = split_supervision(LINKS, TABLES.contents, 0.5, 0.2, numpy.random.default_rng(0))
    chosen = TrainingLinks(LINKS, supervision.training, TABLES, settings).epoch(numpy.random.default_rng(1))
    sampler = TimeRespectingSampler(TABLES.edges, supervision, DAYS * DAY, settings.fan_out, 0)
    torch.manual_seed(0)
    network = GraphNetwork(settings, TABLES)
    network.start_logit_at(torch.tensor([0.0, 4.0, 1.0, 2.0]), torch.zeros(4), torch.tensor([0.0, 1.0, 1.0, 0.0]))
    parts = batch_parts(chosen, settings.batch_links, Processes())
    # Not the first batch: positions within the batch and within the epoch must not be mistaken for each other.
    batch = list(sampled_parts(chosen.links, parts, TABLES, sampler, Processes()))[2]
    with torch.no_grad():
        ends = embed_link_ends(network, batch, TABLES, sampler)
        loss = float(link_loss(network, ends, batch, chosen, settings.loss))

    links = chosen.links.select(numpy.arange(parts[2].start, parts[2].stop))
    shown = set(zip(LINKS.user.tolist(), LINKS.content.tolist(), strict=True))
    scale, bias = float(network.log_scale.detach().exp()), float(network.bias.detach())
    assert ends.offset.std() > 0.01
    logit = (ends.user @ ends.content.T).double().numpy() * scale + bias + ends.offset.double().numpy()

    def log_share(other: int, time: int) -> float:
        so_far = chosen.links.content[chosen.links.time <= time]
        return math.log((so_far == links.content[other]).sum() / len(so_far))

    within: list[float] = []
    against: list[float] = []
    for click in numpy.flatnonzero(links.label > 0).tolist():
        request = (links.user == links.user[click]) & (links.time == links.time[click]) & (links.label == 0)
        others = [float(logit[other, other]) for other in numpy.flatnonzero(request)]
        own = float(logit[click, click])
        if others:
            within.append(math.log(sum(math.exp(each) for each in [own, *others])) - own)
        time = int(links.time[click])
        corrected = [
            float(logit[click, other]) - log_share(other, time)
            for other in range(len(links))
            if links.time[other] <= time and (int(links.user[click]), int(links.content[other])) not in shown
        ]
        own -= log_share(click, time)
        if corrected:
            against.append(math.log(sum(math.exp(each) for each in [own, *corrected])) - own)
    assert against
    assert within
    expected = numpy.mean(within) + (numpy.mean(against) if in_batch else 0.0)
    assert loss == pytest.approx(expected, rel=1e-4)
    assert parts[2].units == len(within), "what the loss averages over"


@pytest.mark.parametrize("name", ["bce", "bpr", "softmax"])
def test_a_step_against_the_gradient_lowers_the_loss(name: str) -> None:
    options: dict[str, Any] = {"name": name, "in_batch_negatives": True}
    settings = NetworkSettings.model_validate({"embedding_size": 8, "batch_links": 200, "loss": options})
    supervision = split_supervision(LINKS, TABLES.contents, 0.5, 0.2, numpy.random.default_rng(0))
    chosen = TrainingLinks(LINKS, supervision.training, TABLES, settings).epoch(numpy.random.default_rng(1))
    sampler = TimeRespectingSampler(TABLES.edges, supervision, DAYS * DAY, settings.fan_out, 0)
    torch.manual_seed(0)
    network = GraphNetwork(settings, TABLES)
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4)
    batch = next(iter(link_loader(chosen.links, TABLES, sampler, settings.batch_links)))
    values = []
    for _ in range(3):
        loss = link_loss(network, embed_link_ends(network, batch, TABLES, sampler), batch, chosen, settings.loss)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it without annotations
        optimizer.step()
        values.append(float(loss.detach()))
    assert values[0] > values[1] > values[2]
