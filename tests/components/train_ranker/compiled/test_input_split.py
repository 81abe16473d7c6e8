"""The columns that are left out of the graph behind `rank` are those that say nothing."""

from __future__ import annotations

import numpy
import pytest

from components.train_ranker.compiled.input_split import live_columns, split_input
from components.train_ranker.compiled.rank import COSINE, DERIVED_OF_CANDIDATES
from components.train_ranker.export import serving_ranker
from components.train_ranker.input_features import DOT_PRODUCT
from components.train_ranker.model import Ranker
from schemas.example_artifact import ExampleArtifact
from schemas.ranking_features import features_of, model_groups
from tests.components.train_ranker.compiled.test_rank import drawn_request
from tests.components.train_ranker.conftest import arbitrary_ranker
from tests.components.train_ranker.rank_requests import answer, explicit_features


def switched_off(examples: ExampleArtifact, sources: set[str] | None) -> Ranker:
    """A network for which these sources of candidate numbers, or all of them, never varied in training."""
    ranker = arbitrary_ranker(examples, with_graph=True)
    columns = ranker.input_features.number_columns
    off = [column.level == "candidate" and (sources is None or column.source in sources) for column in columns]
    ranker.numbers.scale.assign(numpy.where(off, 0, ranker.numbers.scale))
    assert ranker.encoding is not None
    ranker.encoding.slope.assign(numpy.where(numpy.array(off)[:, None], 0, ranker.encoding.slope))
    return ranker


@pytest.mark.parametrize("sources", [{COSINE, DOT_PRODUCT, "content_views_6h"}, None], ids=["some", "all"])
def test_a_network_without_columns_that_never_varied_scores_the_same(
    sources: set[str] | None, examples: ExampleArtifact
) -> None:
    ranker = switched_off(examples, sources)
    features = {feature.name: feature for feature in features_of(model_groups(with_graph=True))}
    split = split_input(ranker.input_features, features, DERIVED_OF_CANDIDATES, 0, live_columns(ranker))
    assert sources is None or not sources & {*split.derived, *split.slate}
    request = drawn_request(numpy.random.default_rng(1), examples, 40)
    serving = serving_ranker(ranker, examples, with_graph=True)
    explicit = {name: value for name, value in explicit_features(examples, request).items() if name in features}
    expected = answer(serving.score, explicit)
    numpy.testing.assert_allclose(answer(serving.rank, request), expected, atol=1e-5)
    assert expected.std() > 1e-3
