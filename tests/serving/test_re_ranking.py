"""Slots are filled as the formula says, whatever the candidates; caps and repeats hold; ties are drawn."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving import leading_candidates
from serving.re_ranking import Candidates, re_rank, unit_length


@st.composite
def candidate_lists(draw: st.DrawFn) -> Candidates:
    count = draw(st.integers(1, 12))
    # Distinct, so that the naive construction needs no ties.
    relevance = draw(st.permutations([i / 16 for i in range(count)]))
    generator = numpy.random.default_rng(draw(st.integers(0, 100)))
    return Candidates(
        content_ids=[f"c{draw(st.integers(0, 8))}" for _ in range(count)],
        relevance=relevance,
        vectors=generator.normal(size=(count, 3)) * generator.integers(0, 2, (count, 1)),
        groups={"kind": draw(st.lists(st.sampled_from(["", "a", "b"]), min_size=count, max_size=count))},
    )


def naive(candidates: Candidates, slots: int, diversity: float, cap: int | None) -> list[int]:
    """Carbonell and Goldstein, word for word, one candidate at a time."""
    ids, kinds = candidates.content_ids, candidates.groups["kind"]
    relevance = [float(value) for value in numpy.asarray(candidates.relevance)]
    vectors = numpy.asarray(candidates.vectors)
    least, most = min(relevance), max(relevance)

    def cosine(one: int, other: int) -> float:
        norms = float(numpy.linalg.norm(vectors[one]) * numpy.linalg.norm(vectors[other]))
        return float(vectors[one] @ vectors[other]) / norms if norms else 0.0

    def marginal(candidate: int, chosen: list[int]) -> float:
        if not chosen:
            return relevance[candidate]
        stretched = (relevance[candidate] - least) / (most - least) if most > least else 0.0
        return (1 - diversity) * stretched - diversity * max(cosine(candidate, other) for other in chosen)

    chosen: list[int] = []
    while len(chosen) < slots:
        allowed = [
            candidate
            for candidate in range(len(ids))
            if ids.index(ids[candidate]) == candidate
            and candidate not in chosen
            and (
                cap is None or not kinds[candidate] or [kinds[other] for other in chosen].count(kinds[candidate]) < cap
            )
        ]
        if not allowed:
            break
        chosen.append(max(allowed, key=lambda candidate: marginal(candidate, chosen)))
    return chosen


@given(
    candidates=candidate_lists(),
    slots=st.integers(1, 14),
    diversity=st.sampled_from([0.0, 0.25, 0.5, 0.9]),
    cap=st.sampled_from([None, 1, 2]),
    seed=st.integers(0, 5),
)
def test_slots_are_filled_as_a_naive_construction_does(
    candidates: Candidates, slots: int, diversity: float, cap: int | None, seed: int
) -> None:
    caps = None if cap is None else {"kind": cap}
    found = re_rank(candidates, slots, diversity, caps, seed).tolist()
    expected = naive(candidates, slots, diversity, cap)
    assert len(found) == len(expected)
    # Candidates may tie in the marginal relevance to the last bit; then any of them is right at that slot.
    agree = next((i for i, pair in enumerate(zip(found, expected, strict=True)) if pair[0] != pair[1]), len(found))
    if agree < len(found):
        chosen = expected[:agree]
        pair = [score(candidates, one, chosen, diversity) for one in (found[agree], expected[agree])]
        assert pair[0] == pytest.approx(pair[1], abs=1e-9)


def score(candidates: Candidates, candidate: int, chosen: list[int], diversity: float) -> float:
    relevance, vectors = numpy.asarray(candidates.relevance), numpy.asarray(candidates.vectors)
    span = relevance.max() - relevance.min()
    norm = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / numpy.where(norm > 0, norm, 1)
    closest = max((float(unit[candidate] @ unit[other]) for other in chosen), default=0.0)
    stretched = (relevance[candidate] - relevance.min()) / (span or 1)
    return float((1 - diversity) * stretched - diversity * closest)


def test_without_diversity_and_caps_the_most_relevant_come_first() -> None:
    relevance = numpy.random.default_rng(0).random(2000)
    found = re_rank(Candidates([str(i) for i in range(2000)], relevance), 40)
    assert found.tolist() == numpy.argsort(-relevance)[:40].tolist()


@pytest.mark.parametrize("diversity", [0.0, 0.2, 0.9])
@pytest.mark.parametrize("leaders", [2, 256])
def test_the_same_slots_are_filled_however_few_candidates_are_kept_up_to_date(
    diversity: float, leaders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Against everybody looked at for each slot, with ties, copies, groups and contents without a vector."""
    generator = numpy.random.default_rng(7)
    count = 1500
    vectors = generator.normal(size=(count, 8)) + 2 * generator.normal(size=(10, 8))[generator.integers(0, 10, count)]
    vectors[generator.integers(0, count, 300)] = vectors[0]
    vectors[generator.integers(0, count, 100)] = 0
    candidates = Candidates(
        [str(i) for i in range(count)],
        generator.random(count).round(2),
        unit_length(vectors),
        {"kind": generator.choice(["a", "b", "c", ""], count).tolist()},
        unit_length=True,
    )
    monkeypatch.setattr(leading_candidates, "LEADERS", leaders)
    found = re_rank(candidates, 60, diversity, {"kind": 15}, seed=3).tolist()
    monkeypatch.setattr(leading_candidates, "LEADERS", count)
    assert found == re_rank(candidates, 60, diversity, {"kind": 15}, seed=3).tolist()


def test_diversity_keeps_copies_apart() -> None:
    """Ten copies of the best content and ten others: relevance alone shows the copies, diversity one of them."""
    vectors = numpy.concatenate([numpy.tile([1.0, 0, 0], (10, 1)), numpy.random.default_rng(1).normal(size=(10, 3))])
    candidates = Candidates([str(i) for i in range(20)], numpy.linspace(1, 0.5, 20), vectors)
    assert set(re_rank(candidates, 10).tolist()) == set(range(10))
    assert sum(position < 10 for position in re_rank(candidates, 5, diversity=0.8).tolist()) == 1


def test_ties_take_turns_from_seed_to_seed_and_stay_within_one() -> None:
    candidates = Candidates([str(i) for i in range(50)], numpy.zeros(50))
    first = [re_rank(candidates, 5, seed=seed).tolist() for seed in range(20)]
    assert first == [re_rank(candidates, 5, seed=seed).tolist() for seed in range(20)]
    assert len({tuple(found) for found in first}) > 10


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"relevance": [1.0]}, "relevance has shape"),
        ({"relevance": [1.0, float("nan")]}, "content 'b'"),
        ({"slots": 0}, "slots is 0"),
        ({"diversity": 1.5}, "diversity is 1.5"),
        ({"vectors": [[1.0]]}, "1 vectors for 2"),
        ({"caps": {"colour": 1}}, "'colour'"),
        ({"caps": {"kind": 0}}, "cap of 'kind' is 0"),
        ({"groups": {"kind": ["a"]}}, "1 groups 'kind' for 2"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, object], words: str) -> None:
    candidate = {"content_ids": ["a", "b"], "relevance": [1.0, 2.0], "groups": {"kind": ["a", "b"]}}
    of_candidates = {name: value for name, value in arguments.items() if name in ("relevance", "vectors", "groups")}
    others = {name: value for name, value in arguments.items() if name not in of_candidates}
    with pytest.raises(ValueError, match=words):
        re_rank(Candidates(**(candidate | of_candidates)), **({"slots": 1} | others))  # type: ignore[arg-type]  # wrong on purpose
