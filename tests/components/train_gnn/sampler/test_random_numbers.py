"""Draws must be reproducible on any machine and by any version: they are SplitMix64's, number for number."""

from __future__ import annotations

import numpy
import scipy.stats

from components.train_gnn.sampler.random_numbers import below, child_key, relation_key, root_keys, unit


def test_the_published_sequence() -> None:
    """The first outputs of SplitMix64 from 1234567, as its public test vectors give them."""
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    drawn = [unit(numpy.uint64(1234567), counter) for counter in range(4)]
    assert drawn == [(value >> 11) * 2.0**-53 for value in published]


def test_whole_numbers_are_uniform() -> None:
    drawn = [below(numpy.uint64(5), counter, 7) for counter in range(20_000)]
    assert scipy.stats.chisquare(numpy.bincount(drawn, minlength=7)).pvalue > 0.001


def test_keys_of_places_differ() -> None:
    """Roots by number and end, relations of a node, children of a relation: no two share their draws."""
    keys = set()
    for end in range(2):
        roots = numpy.empty(50, dtype=numpy.uint64)
        root_keys(numpy.uint64(3), numpy.arange(50), end, roots)
        keys |= set(roots.tolist())
        for relation in range(8):
            stream = numpy.uint64(relation_key(roots[0], relation))
            keys.add(int(stream))
            keys |= {int(child_key(stream, place)) for place in range(20)}
    assert len(keys) == 2 * (50 + 8 * 21)
