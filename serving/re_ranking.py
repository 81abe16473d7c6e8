"""From scored candidates to the slots of a page: relevance against sameness, with caps.

Source: Carbonell and Goldstein, "The Use of MMR, Diversity-Based Reranking for Reordering Documents and Producing
Summaries", SIGIR 1998, section 2.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy
import numpy.typing

from serving.leading_candidates import LeadingCandidates

FloatArray = numpy.typing.NDArray[numpy.float64]
IntArray = numpy.typing.NDArray[numpy.int64]

NO_GROUP = -1


@dataclasses.dataclass(frozen=True)
class Candidates:
    """What is known of the candidates of one request.

    Attributes:
        content_ids: [N]; of repeated ones the first counts.
        relevance: The higher the better, for example click probabilities [N].
        vectors: Of any length, zeros where a content has none [N, d]; None leaves only relevance and caps.
        groups: By name, such as `kind` or `brand`, the group of each candidate [N]; "" is in no group.
        unit_length: Whether all vectors but zeros have length 1 already.
    """

    content_ids: Sequence[str]
    relevance: numpy.typing.ArrayLike
    vectors: numpy.typing.ArrayLike | None = None
    groups: Mapping[str, Sequence[str]] = dataclasses.field(default_factory=dict)
    unit_length: bool = False


def re_rank(
    candidates: Candidates,
    slots: int,
    diversity: float = 0.0,
    caps: Mapping[str, int] | None = None,
    seed: int = 0,
) -> IntArray:
    r"""Fills the slots one after the other with the candidate of the largest marginal relevance.

    $(1 - \delta) r_i - \delta \max_{j \in S} \cos(v_i, v_j)$ with the diversity $\delta$, the chosen candidates $S$ and
    the relevance $r$ stretched to [0, 1] over the request, so that a diversity means the same for any ranker. The first
    slot is the most relevant candidate.

    Args:
        candidates: See Candidates.
        slots: How many to choose; fewer where caps and repeated ids leave no more.
        diversity: 0 orders by relevance alone, 1 looks at relevance only for the first slot.
        caps: For a name of `groups`, how many candidates of one of its groups may be chosen.
        seed: Breaks ties, so that contents of equal score take turns from seed to seed.

    Returns:
        Positions of the chosen candidates in order of the slots, int64 [at most slots].

    Raises:
        ValueError: An argument is out of its range, or lengths differ.
    """
    relevance = _checked(candidates, slots, diversity, caps or {})
    # Which of equal candidates comes first: a random one.
    turn = numpy.random.default_rng(seed).permutation(len(relevance))
    free = _first_of_each(candidates.content_ids)
    vectors = None
    if candidates.vectors is not None and diversity > 0:
        vectors = numpy.asarray(candidates.vectors, numpy.float32)
        vectors = vectors if candidates.unit_length else unit_length(vectors)
    leading = LeadingCandidates(relevance, (1 - diversity) * _stretched(relevance), vectors, diversity, free, turn)
    groups = [(_group_numbers(candidates.groups[name]), cap) for name, cap in (caps or {}).items()]
    taken = [numpy.zeros(int(numbers.max(initial=-1)) + 1, numpy.int64) for numbers, _ in groups]
    chosen: list[int] = []
    while len(chosen) < slots:
        best = leading.choose()
        if best is None:
            break
        chosen.append(best)
        for (numbers, cap), counts in zip(groups, taken, strict=True):
            if numbers[best] == NO_GROUP:
                continue
            counts[numbers[best]] += 1
            if counts[numbers[best]] == cap:
                free &= numbers != numbers[best]
    return numpy.array(chosen, numpy.int64)


def unit_length(vectors: numpy.typing.ArrayLike) -> numpy.typing.NDArray[numpy.float32]:
    """Each vector at length 1, zeros where it is zeros [N, d].

    In float32: a slot costs a pass over many vectors, which takes half the time.
    """
    given = numpy.asarray(vectors, numpy.float32)
    norm = numpy.sqrt(numpy.einsum("nd,nd->n", given, given, dtype=numpy.float64))
    unit: numpy.typing.NDArray[numpy.float32] = given / numpy.where(norm > 0, norm, 1).astype(numpy.float32)[:, None]
    return unit


def _checked(candidates: Candidates, slots: int, diversity: float, caps: Mapping[str, int]) -> FloatArray:
    relevance: FloatArray = numpy.asarray(candidates.relevance, numpy.float64)
    count = len(candidates.content_ids)
    if relevance.shape != (count,):
        raise ValueError(f"relevance has shape {relevance.shape}, but there are {count} content_ids")
    if not numpy.isfinite(relevance).all():
        first = candidates.content_ids[int(numpy.flatnonzero(~numpy.isfinite(relevance))[0])]
        raise ValueError(f"the relevance of content {first!r} is not a finite number")
    if slots < 1:
        raise ValueError(f"slots is {slots}; at least 1 is needed")
    if not 0 <= diversity <= 1:
        raise ValueError(f"diversity is {diversity}; it lies between 0 and 1")
    if candidates.vectors is not None and len(numpy.asarray(candidates.vectors)) != count:
        raise ValueError(f"there are {len(numpy.asarray(candidates.vectors))} vectors for {count} content_ids")
    for name, cap in caps.items():
        if name not in candidates.groups:
            raise ValueError(f"a cap names the groups {name!r}; the candidates have {sorted(candidates.groups)}")
        if cap < 1:
            raise ValueError(f"the cap of {name!r} is {cap}; at least 1 is needed")
    for name, groups in candidates.groups.items():
        if len(groups) != count:
            raise ValueError(f"there are {len(groups)} groups {name!r} for {count} content_ids")
    return relevance


def _first_of_each(ids: Sequence[str]) -> numpy.typing.NDArray[numpy.bool_]:
    """Whether an id has not been there before [N]."""
    if len(set(ids)) == len(ids):
        return numpy.ones(len(ids), numpy.bool_)
    first = numpy.zeros(len(ids), numpy.bool_)
    first[list({content: position for position, content in reversed(list(enumerate(ids)))}.values())] = True
    return first


def _stretched(relevance: FloatArray) -> FloatArray:
    """To [0, 1]; zeros where all are equal."""
    if not len(relevance):
        return relevance
    span = relevance.max() - relevance.min()
    stretched: FloatArray = (relevance - relevance.min()) / (span if span > 0 else 1)
    return stretched


def _group_numbers(groups: Sequence[str]) -> IntArray:
    """Groups numbered as they come [N]; NO_GROUP for ""."""
    numbers = {"": NO_GROUP}
    return numpy.array([numbers.setdefault(group, len(numbers) - 1) for group in groups], numpy.int64)
