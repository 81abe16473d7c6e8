"""Which columns of the network's input depend on the request alone, on the content alone, and on both.

A column that is 0 for every candidate is none of them: a number that never varied in training, a category that
training never saw or never missed.
"""

from __future__ import annotations

import dataclasses

import numpy
import numpy.typing

from components.train_ranker.input_features import DOT_PRODUCT, InputFeatures, NumberColumn
from components.train_ranker.model import Ranker
from schemas.graph_artifact import IntArray
from schemas.ranking_features import RankingFeature

Flags = numpy.typing.NDArray[numpy.bool_]


@dataclasses.dataclass(frozen=True)
class InputSplit:
    """Positions of the columns of x_0, by what they depend on, in the order in which the graph computes them.

    Attributes:
        request: Request numbers, then categories of the request one after the other.
        content: Columns that the content alone decides.
        interaction: Values of `derived`, ranks of `slate`, differences of `slate`, the reduced embedding interactions.
        derived: Sources of candidate numbers that depend on the request too, those of the slate first.
        slate: Sources whose ranks and differences the network reads: those that the content alone decides, then the
            first ones of `derived`.
        value_of: Position of the column with the value of each candidate number, by source.
    """

    request: IntArray
    content: IntArray
    interaction: IntArray
    derived: tuple[str, ...]
    slate: tuple[str, ...]
    value_of: dict[str, int]

    @property
    def content_slate(self) -> tuple[str, ...]:
        """The sources of the slate that the content alone decides."""
        return tuple(source for source in self.slate if source not in self.derived)


def live_columns(ranker: Ranker) -> Flags:
    """Which columns of a trained network's x_0 can be other than 0 [numbers and categories]."""
    shares = [ranker.centering[name].share.numpy() for name in ranker.input_features.categories]
    return numpy.concatenate([ranker.numbers.scale.numpy() != 0, *((share > 0) & (share < 1) for share in shares)])


def split_input(
    features: InputFeatures, categories: dict[str, RankingFeature], derived: frozenset[str], reduced: int, live: Flags
) -> InputSplit:
    """Splits the input of a network.

    Args:
        features: What the network reads.
        categories: Its features with a one-hot encoding, by name.
        derived: Candidate features that depend on the request too; every other one is a column of the content table.
        reduced: Outputs of the linear layer on the embeddings' products and vectors; 0 without it.
        live: As live_columns gives it. A column of the content that is off is left out, and a source of the slate
            whose rank and difference are both off.
    """
    columns = features.number_columns
    of_request = [number for number, column in enumerate(columns) if column.level == "request"]
    value_of = {
        column.source: number
        for number, column in enumerate(columns)
        if column.level == "candidate" and column.derivation == "value"
    }
    on_both = derived | {DOT_PRODUCT}
    of_content = [number for source, number in value_of.items() if source not in on_both and live[number]]
    end = len(columns)
    for name, count in features.categories.items():
        if categories[name].level == "request":
            of_request.extend(range(end, end + count))
        else:
            of_content.extend(number for number in range(end, end + count) if live[number])
        end += count
    rank_of, difference_of = _positions(columns, "slate_rank"), _positions(columns, "slate_difference")
    compared = [source for source in rank_of if live[rank_of[source]] or live[difference_of[source]]]
    if {source in on_both for source in compared} != {True, False}:
        compared = list(rank_of)  # so little varied in training that the graph need not be small, too
    read = [source for source in value_of if source in on_both and (source in compared or live[value_of[source]])]
    # Sorting by a truth value keeps the order of what shares it.
    found = sorted(read, key=lambda source: source not in compared)
    slate = sorted(compared, key=lambda source: source in on_both)
    interaction = [
        *(value_of[source] for source in found),
        *(rank_of[source] for source in slate),
        *(difference_of[source] for source in slate),
        *range(end, end + reduced),
    ]
    return InputSplit(
        request=numpy.array(of_request, numpy.int64),
        content=numpy.array(of_content, numpy.int64),
        interaction=numpy.array(interaction, numpy.int64),
        derived=tuple(found),
        slate=tuple(slate),
        value_of=value_of,
    )


def _positions(columns: tuple[NumberColumn, ...], derivation: str) -> dict[str, int]:
    return {column.source: number for number, column in enumerate(columns) if column.derivation == derivation}
