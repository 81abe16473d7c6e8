"""Random numbers that depend on where they are drawn, not on when: a counter hashed under a key.

Every node of every tree has a key, made from its parent's and its place under it; a node's draws are numbered. Thus a
tree is the same in any batch and with any number of threads.
"""

from __future__ import annotations

import numpy

from components.train_gnn.sampler.compiled import compiled

_INCREMENT = numpy.uint64(0x9E3779B97F4A7C15)
_RELATION = numpy.uint64(0xD1342543DE82EF95)
_CHILDREN = 1 << 40
"""Where the counters of children start: no node draws so many numbers itself."""


@compiled
def mix(value: numpy.uint64) -> numpy.uint64:
    """The finalizer of SplitMix64, a permutation of 64 bits (Steele, Lea and Flood, OOPSLA 2014, figure 16)."""
    value = (value ^ (value >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return value ^ (value >> numpy.uint64(31))


@compiled
def relation_key(key: numpy.uint64, relation: int) -> numpy.uint64:
    """The key of one node's draws in one relation."""
    return mix(key ^ (numpy.uint64(relation + 1) * _RELATION))


@compiled
def child_key(key: numpy.uint64, place: int) -> numpy.uint64:
    """The key of the node that was drawn as number `place` under the relation key `key`."""
    return mix(key + numpy.uint64(_CHILDREN + place) * _INCREMENT)


@compiled
def unit(key: numpy.uint64, counter: int) -> float:
    """Draw number `counter` under a key: uniform on the multiples of 2^-53 in [0, 1)."""
    bits = mix(key + numpy.uint64(counter + 1) * _INCREMENT)
    return float(bits >> numpy.uint64(11)) * 2.0**-53


@compiled
def below(key: numpy.uint64, counter: int, limit: int) -> int:
    """Draw number `counter` under a key: uniform on [0, limit), each value's share exact to limit / 2^53."""
    return min(int(unit(key, counter) * limit), limit - 1)


@compiled
def root_keys(seed: numpy.uint64, identity: numpy.ndarray, end: int, keys: numpy.ndarray) -> None:
    """The keys of the roots of trees.

    Args:
        seed: The sampler's seed and epoch.
        identity: Number of each seed in the loader's whole input, so that it does not depend on the batch [seeds].
        end: 0 for nodes and sources of links, 1 for targets.
        keys: Receives the result [seeds].
    """
    base = mix(seed + numpy.uint64(end + 1) * _RELATION)
    for index in range(len(identity)):
        keys[index] = mix(base + numpy.uint64(identity[index] + 1) * _INCREMENT)
