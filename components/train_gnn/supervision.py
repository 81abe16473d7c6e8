"""Which links are supervised (rule 3); sampler/message_edges.py keeps messages clear of them."""

from __future__ import annotations

import dataclasses

import numpy

from schemas.graph_artifact import Edges, EdgeType, FloatArray, IntArray

VIEWS: EdgeType = ("user", "views", "content")
CLICKS: EdgeType = ("user", "clicks", "content")
PAIR_RELATIONS: tuple[EdgeType, ...] = (
    VIEWS,
    CLICKS,
    ("content", "viewed_by", "user"),
    ("content", "clicked_by", "user"),
)
"""Every relation in which a (user, content) pair can stand, in both directions."""


@dataclasses.dataclass(frozen=True)
class Links:
    """Impressed links, clicked or not.

    Attributes:
        user: Node index [links].
        content: Node index [links].
        time: Microseconds [links].
        label: 1 where clicked, else 0 [links].
    """

    user: IntArray
    content: IntArray
    time: IntArray
    label: FloatArray

    def select(self, kept: numpy.typing.NDArray[numpy.bool_] | IntArray) -> Links:
        """The links chosen by a mask or by positions."""
        return Links(self.user[kept], self.content[kept], self.time[kept], self.label[kept])

    def __len__(self) -> int:
        return len(self.user)


@dataclasses.dataclass(frozen=True)
class Supervision:
    """The split of a window's links.

    Attributes:
        training: Links of supervised pairs that are trained on.
        held_out: Links of supervised pairs that are never trained on.
        pair_keys: Sorted keys of every supervised pair: none of their edges may carry a message.
        contents: Number of content nodes, the base of the keys.
    """

    training: Links
    held_out: Links
    pair_keys: IntArray
    contents: int


def impressed_links(views: Edges, clicks: Edges) -> Links:
    """Every impression as a link; it is clicked where the same pair has a click at the same instant.

    Args:
        views: user-views-content edges (by content, then time, then user).
        clicks: user-clicks-content edges, sorted alike.

    Returns:
        The links in the order of the view edges.
    """
    target = views.target
    contents = len(views.colptr) - 1
    key = pair_key(views.row.astype(numpy.int64), target, contents)
    click_key = pair_key(clicks.row.astype(numpy.int64), clicks.target, contents)
    _, pair = numpy.unique(numpy.concatenate([key, click_key]), return_inverse=True)
    instants, instant = numpy.unique(numpy.concatenate([views.time, clicks.time]), return_inverse=True)
    event = pair.astype(numpy.int64) * len(instants) + instant
    label = numpy.isin(event[: len(key)], event[len(key) :]).astype(numpy.float32)
    return Links(views.row.astype(numpy.int64), target, numpy.array(views.time), label)


def split_supervision(
    links: Links, contents: int, ratio: float, held_out_share: float, generator: numpy.random.Generator
) -> Supervision:
    """Draws the supervised pairs; every repeat of a pair follows its pair.

    Args:
        links: All links of the training days.
        contents: Number of content nodes.
        ratio: Share of pairs that are supervised.
        held_out_share: Share of the supervised pairs that is not trained on.
        generator: Source of randomness.
    """
    keys = pair_key(links.user, links.content, contents)
    pairs, pair_of_link = numpy.unique(keys, return_inverse=True)
    draw = generator.random(len(pairs))
    supervised = draw < ratio
    held_out = draw < ratio * held_out_share
    return Supervision(
        training=links.select((supervised & ~held_out)[pair_of_link]),
        held_out=links.select(held_out[pair_of_link]),
        pair_keys=pairs[supervised],
        contents=contents,
    )


def thin_negatives(links: Links, negatives_per_click: int, generator: numpy.random.Generator) -> Links:
    """Keeps every clicked link and at most `negatives_per_click` times as many unclicked ones, in random order."""
    clicked = numpy.flatnonzero(links.label > 0)
    unclicked = numpy.flatnonzero(links.label == 0)
    if negatives_per_click:
        count = min(len(unclicked), negatives_per_click * len(clicked))
        unclicked = generator.choice(unclicked, size=count, replace=False)
    return links.select(generator.permutation(numpy.concatenate([clicked, unclicked])))


def pair_key(user: IntArray, content: IntArray, contents: int) -> IntArray:
    """One integer for each (user, content) pair."""
    return user * numpy.int64(contents) + content
