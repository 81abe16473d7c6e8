"""What the export computes of each content, by the network's own code."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import numpy.typing
import tensorflow

from components.train_ranker.compiled.input_split import InputSplit
from components.train_ranker.model import Ranker
from components.train_ranker.records import COUNTS, TENSOR_TYPES
from schemas.graph_artifact import FloatArray, IntArray
from schemas.ranking_features import RankingFeature


class ContentColumns:
    """Every content of the table as a candidate of one request of which nothing is known.

    Args:
        ranker: The trained network.
        split: Of its input's columns.
        features: What it reads, position aside.
        table: The content's features [C, size], by name.
        embedding_size: Values of one embedding.
    """

    def __init__(
        self,
        ranker: Ranker,
        split: InputSplit,
        features: tuple[RankingFeature, ...],
        table: Mapping[str, numpy.typing.NDArray[numpy.generic]],
        embedding_size: int,
    ) -> None:
        self._split = split
        self._table = table
        count = len(next(iter(table.values())))
        batch = {COUNTS: tensorflow.constant([count], tensorflow.int64)}
        for feature in features:
            size = embedding_size if feature.size == "embedding" else feature.size
            empty = tensorflow.zeros([1 if feature.level == "request" else count, size], TENSOR_TYPES[feature.type])
            batch[feature.name] = tensorflow.constant(table[feature.name]) if feature.name in table else empty
        raw = ranker.input_features(batch)
        self._numbers: FloatArray = raw.numbers.numpy()
        self.inputs: FloatArray = ranker.network_input(ranker.numbers(raw.numbers), raw).numpy()[:, split.content]
        """The columns of the network's input that the content alone decides [C, content columns]."""

    def compared(self) -> FloatArray:
        """Transformed numbers of the slate's sources that the content alone decides [C, sources]."""
        return self._numbers[:, [self._split.value_of[source] for source in self._split.content_slate]]

    def places(self) -> IntArray:
        """Codes of the same sources as they were recorded [C, sources]; each column begins beyond the one before."""
        columns, end = [], 0
        for source in self._split.content_slate:
            distinct, codes = numpy.unique(self._table[source], return_inverse=True)
            columns.append(end + codes.reshape(-1))
            end += len(distinct)
        places: IntArray = numpy.stack(columns, axis=1).astype(numpy.int64)
        return places
