"""Rule 3: an edge of a supervised pair never carries a message, in any relation, direction or repeat."""

from __future__ import annotations

import numpy
import pytest

from components.train_gnn.sampler.message_edges import message_edges
from components.train_gnn.supervision import (
    CLICKS,
    PAIR_RELATIONS,
    VIEWS,
    impressed_links,
    split_supervision,
)
from schemas.graph_artifact import EDGE_TYPES
from tests.components.train_gnn.random_graphs import LAST_INSTANT, random_tables


@pytest.mark.parametrize("seed", range(5))
def test_no_message_of_a_supervised_pair(seed: int) -> None:
    tables = random_tables(seed)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    supervision = split_supervision(links, tables.contents, 0.3, 0.2, numpy.random.default_rng(seed))
    supervised = {
        (int(user), int(content))
        for part in (supervision.training, supervision.held_out)
        for user, content in zip(part.user, part.content, strict=True)
    }
    assert supervised
    messages = message_edges(tables.edges, supervision, LAST_INSTANT)
    for edge_type in PAIR_RELATIONS:
        before, after = (_pairs(edge_type, edges[edge_type]) for edges in (tables.edges, messages))
        assert supervised & set(before), "the graph must hold edges of supervised pairs, or this test shows nothing"
        assert sorted(after) == sorted(pair for pair in before if pair not in supervised)


def test_every_link_of_a_pair_is_on_one_side() -> None:
    tables = random_tables(3)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    supervision = split_supervision(links, tables.contents, 0.5, 0.5, numpy.random.default_rng(1))
    training, held_out = (
        set(zip(part.user.tolist(), part.content.tolist(), strict=True))
        for part in (supervision.training, supervision.held_out)
    )
    assert training
    assert held_out
    assert not training & held_out


def test_messages_end_with_the_training_days() -> None:
    tables = random_tables(4)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    supervision = split_supervision(links, tables.contents, 0.3, 0.2, numpy.random.default_rng(0))
    messages = message_edges(tables.edges, supervision, 400)
    for edge_type in EDGE_TYPES:
        assert (messages[edge_type].time < 400).all()
    assert (tables.edges[VIEWS].time >= 400).any()


def test_labels_are_the_clicks() -> None:
    """random_graphs gives every view its own instant, so the clicked ones can be told independently."""
    tables = random_tables(5)
    links = impressed_links(tables.edges[VIEWS], tables.edges[CLICKS])
    clicked = set(tables.edges[CLICKS].time.tolist())
    assert 0 < len(clicked) < len(links)
    assert [bool(label) for label in links.label] == [time in clicked for time in links.time.tolist()]


def _pairs(edge_type: tuple[str, str, str], edges: object) -> list[tuple[int, int]]:
    from schemas.graph_artifact import Edges

    assert isinstance(edges, Edges)
    ends = zip(edges.row.tolist(), edges.target.tolist(), strict=True)
    return [(source, target) if edge_type[0] == "user" else (target, source) for source, target in ends]
