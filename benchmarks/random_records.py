"""Random embeddings and ranking requests in the shape of real ones, for benchmarks that need no logs."""

from __future__ import annotations

import numpy
import pyarrow
import pyarrow.compute

from components.write_examples.example_encoding import RaggedColumn
from schemas.embedding_store import NodeEmbeddings
from schemas.graph_artifact import FloatArray, IntArray
from schemas.instants import DAY, Instant, parse_instant
from schemas.ranking_features import RankingFeature, ranking_features

START: Instant = parse_instant("2026-03-09T00:00:00Z")


def random_embeddings(nodes: int, size: int, seed: int) -> NodeEmbeddings:
    """Embeddings of so many nodes, one in ten of them cold."""
    generator = numpy.random.default_rng(seed)
    views = generator.integers(-1, 10, nodes).clip(0) * generator.geometric(0.02, nodes)
    embedding = generator.standard_normal((nodes, size), dtype=numpy.float32)
    return NodeEmbeddings(random_ids("user", numpy.arange(nodes)), embedding, views, views == 0)


def random_requests(requests: int, candidates: int, embedding_size: int, seed: int) -> dict[str, RaggedColumn]:
    """Columns of every declared feature, as the point-in-time join hands them to the encoder.

    Args:
        requests: How many.
        candidates: Of each request.
        embedding_size: Values of one embedding.
        seed: Of the draws.
    """
    generator = numpy.random.default_rng(seed)
    columns = {}
    for feature in ranking_features():
        size = embedding_size if feature.size == "embedding" else feature.size
        values_of_request = size * (1 if feature.level == "request" else candidates)
        values = random_values(generator, feature, requests * values_of_request)
        columns[feature.name] = RaggedColumn(values, numpy.arange(requests + 1) * values_of_request)
    return columns


def random_values(
    generator: numpy.random.Generator, feature: RankingFeature, count: int
) -> FloatArray | IntArray | pyarrow.Array:
    """Values that the feature could have: counts are not negative, rates lie between 0 and 1, pages have slots."""
    if feature.type == "bytes":
        return random_ids(feature.name.removesuffix("_id"), generator.integers(0, 100_000, count))
    if feature.group == "position":
        return generator.integers(1, 21, count).astype(numpy.float32)
    if feature.transform == "logit":
        return generator.random(count, dtype=numpy.float32)
    if feature.transform == "log1p":
        return generator.standard_exponential(count, dtype=numpy.float32)
    if feature.type == "float32":
        return generator.standard_normal(count, dtype=numpy.float32)
    if feature.name in ("timestamp", "refresh"):
        return START + generator.integers(0, DAY, count)
    return generator.geometric(0.001, count) if feature.name == "window_views" else generator.integers(0, 2, count)


def random_ids(kind: str, numbers: IntArray) -> pyarrow.Array:
    """Such as `user00000017`."""
    digits = pyarrow.compute.utf8_lpad(pyarrow.array(numbers).cast(pyarrow.string()), width=8, padding="0")
    return pyarrow.compute.binary_join_element_wise(kind, digits, "")
