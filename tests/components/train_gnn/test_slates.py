"""Requests stay whole: thinned inside, shuffled as one, and batches end where a request ends."""

from __future__ import annotations

import numpy
from hypothesis import given, settings, strategies

from components.train_gnn.slates import copies, slate_numbers, thin_slates
from components.train_gnn.supervision import Links


def random_links(seed: int, count: int = 200) -> Links:
    generator = numpy.random.default_rng(seed)
    return Links(
        generator.integers(0, 8, count),
        generator.integers(0, 50, count),
        generator.integers(0, 6, count),
        (generator.random(count) < 0.15).astype(numpy.float32),
    )


def requests(links: Links) -> dict[tuple[int, int], list[int]]:
    """Positions of the links of each user and time."""
    result: dict[tuple[int, int], list[int]] = {}
    for position, key in enumerate(zip(links.user.tolist(), links.time.tolist(), strict=True)):
        result.setdefault(key, []).append(position)
    return result


def test_links_of_a_user_at_an_instant_share_a_number() -> None:
    links = random_links(0)
    number = slate_numbers(links)
    for positions in requests(links).values():
        assert len(set(number[positions].tolist())) == 1
    assert len(set(number.tolist())) == len(requests(links))


@settings(max_examples=60)
@given(seed=strategies.integers(0, 10_000), negatives=strategies.integers(0, 4), needs_unclicked=strategies.booleans())
def test_thinning_keeps_clicks_and_their_share_of_the_others(seed: int, negatives: int, needs_unclicked: bool) -> None:
    links = random_links(seed)
    slates = thin_slates(links, negatives, needs_unclicked, numpy.random.default_rng(seed))
    kept = numpy.split(slates.position, numpy.cumsum(slates.size)[:-1]) if len(slates.size) else []
    found = {(int(links.user[each[0]]), int(links.time[each[0]])): sorted(each.tolist()) for each in kept}
    assert len(found) == len(slates.size), "no request twice"
    for key, positions in requests(links).items():
        clicked = [position for position in positions if links.label[position]]
        unclicked = len(positions) - len(clicked)
        if not clicked or (needs_unclicked and not unclicked):
            assert key not in found
            continue
        assert set(clicked) <= set(found[key]) <= set(positions)
        wanted = unclicked if negatives == 0 else min(unclicked, negatives * len(clicked))
        assert len(found[key]) == len(set(found[key])) == len(clicked) + wanted


def test_unclicked_links_are_drawn_evenly() -> None:
    """One click and four others, one of which is kept: each a quarter of the time."""
    links = Links(
        numpy.zeros(5, int), numpy.arange(5), numpy.zeros(5, int), numpy.array([0, 0, 1, 0, 0], numpy.float32)
    )
    generator = numpy.random.default_rng(0)
    drawn = numpy.concatenate([thin_slates(links, 1, True, generator).position for _ in range(2_000)])
    counts = numpy.bincount(drawn, minlength=5)
    assert counts[2] == 2_000
    assert (abs(counts[[0, 1, 3, 4]] - 500) < 80).all()  # four standard deviations


def test_chosen_requests_come_whole_and_in_order() -> None:
    slates = thin_slates(random_links(3), 2, True, numpy.random.default_rng(3))
    chosen = numpy.array([4, 0, 4, 2])
    selected = slates.select(chosen)
    parts = numpy.split(slates.position, numpy.cumsum(slates.size)[:-1])
    assert selected.position.tolist() == [position for slate in chosen for position in parts[slate].tolist()]
    assert selected.size.tolist() == [len(parts[slate]) for slate in chosen.tolist()]


def test_copies_have_the_wanted_expectation() -> None:
    drawn = copies(numpy.repeat([1.0, 2.5], 4_000), numpy.random.default_rng(0))
    assert (drawn[:4_000] == 1).all()
    assert set(drawn[4_000:].tolist()) == {2, 3}
    assert abs(drawn[4_000:].mean() - 2.5) < 0.04  # five standard deviations
