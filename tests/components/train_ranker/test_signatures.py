"""Every way to ask an exported ranker gives the same answer for the same facts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy
import numpy.typing
import pyarrow.parquet
import pytest
import tensorflow

from components.train_ranker.export import serving_ranker
from components.train_ranker.model import Ranker
from components.train_ranker.records import input_features, parse_requests
from components.train_ranker.request_specification import request_specification
from components.train_ranker.signatures import FIXED_OUTPUT, OUTPUT, ServingRanker
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.instants import HOUR
from schemas.ranker_artifact import RankerArtifact
from schemas.ranking_features import features_of, model_groups
from tests.components.train_ranker.example_artifacts import AS_OF, World, draw_request, serialize
from tests.components.train_ranker.rank_requests import TIMESTAMP, answer, explicit_features, rank_request


def test_rank_equals_score_when_the_facts_are_the_same(serving: ServingRanker, examples: ExampleArtifact) -> None:
    request = rank_request(examples)
    features = explicit_features(examples, request)
    assert features["own_views"].tolist() == [2, 1, 1, 0, 0, 1]
    assert features["user_views"] == 4
    ranked = answer(serving.rank, request)
    numpy.testing.assert_allclose(ranked, answer(serving.score, features), atol=1e-6)
    assert ranked.std() > 0.01


def test_rank_without_the_graph_equals_score_too_and_takes_the_same_request(
    serving_without_graph: ServingRanker, examples: ExampleArtifact
) -> None:
    request = rank_request(examples)
    names = {feature.name for feature in features_of(model_groups(with_graph=False))}
    features = {name: value for name, value in explicit_features(examples, request).items() if name in names}
    numpy.testing.assert_allclose(
        answer(serving_without_graph.rank, request), answer(serving_without_graph.score, features), atol=1e-6
    )


def test_a_user_without_any_history_is_answered(serving: ServingRanker, examples: ExampleArtifact) -> None:
    request = rank_request(examples)
    lists = ["recent_order_article_ids", "viewed_content_ids", "viewed_times", "clicked_content_ids", "clicked_times"]
    request |= {name: [] for name in lists}
    features = explicit_features(examples, request)
    assert features["user_has_edges"] == 0
    numpy.testing.assert_allclose(answer(serving.rank, request), answer(serving.score, features), atol=1e-6)


@pytest.mark.parametrize(("after_refresh", "has_edges"), [(-1, 1), (0, 0)])
def test_a_view_gives_edges_only_from_the_refresh_after_it_on(
    serving: ServingRanker, examples: ExampleArtifact, after_refresh: int, has_edges: int
) -> None:
    refresh = TIMESTAMP // examples.details.refresh * examples.details.refresh
    assert AS_OF % examples.details.refresh == 0
    views = {"viewed_content_ids": ["content-5"], "viewed_times": [refresh + after_refresh]}
    request = rank_request(examples) | views | {"clicked_content_ids": [], "clicked_times": []}
    features = explicit_features(examples, request)
    assert features["user_has_edges"] == has_edges
    numpy.testing.assert_allclose(answer(serving.rank, request), answer(serving.score, features), atol=1e-6)
    turned = features | {"user_has_edges": numpy.float32(1 - has_edges)}
    assert numpy.abs(answer(serving.rank, request) - answer(serving.score, turned)).max() > 1e-4


def test_a_vector_of_a_foreign_space_counts_as_a_cold_users(serving: ServingRanker, examples: ExampleArtifact) -> None:
    request = rank_request(examples)
    foreign = answer(serving.rank, request | {"space": "space-b"})
    cold = explicit_features(examples, request) | {
        "user_embedding": numpy.zeros(4, numpy.float32),
        "user_has_edges": numpy.float32(0),
    }
    numpy.testing.assert_allclose(foreign, answer(serving.score, cold), atol=1e-6)
    assert numpy.abs(foreign - answer(serving.rank, request)).max() > 1e-3
    hostile = request | {"space": "space-b", "user_embedding": numpy.full(4, numpy.nan, numpy.float32)}
    numpy.testing.assert_array_equal(answer(serving.rank, hostile), foreign)


@pytest.mark.parametrize("vector", [[], [1.0], [0.5, -1.0, 2.0, 0.1, 3.0], [float("nan")] * 7])
def test_a_vector_of_another_length_counts_as_a_cold_users(
    serving: ServingRanker, examples: ExampleArtifact, vector: list[float]
) -> None:
    """A caller cannot know the length that a version wants which was promoted a moment ago."""
    request = rank_request(examples)
    cold = answer(serving.rank, request | {"space": "space-b"})
    numpy.testing.assert_array_equal(answer(serving.rank, request | {"user_embedding": vector}), cold)


def test_an_answer_tells_the_space_whose_vectors_the_version_understands(
    serving: ServingRanker, examples: ExampleArtifact
) -> None:
    specification = request_specification()
    request = rank_request(examples) | {"space": "another", "user_embedding": []}
    tensors = {name: tensorflow.constant(value, specification[name].dtype) for name, value in request.items()}
    assert serving.rank(**tensors)["space"].numpy().decode() == examples.details.space


def test_an_unknown_content_is_scored_as_the_cold_content_row(
    serving: ServingRanker, examples: ExampleArtifact
) -> None:
    request = rank_request(examples) | {"content_ids": ["content-1", "nobody knows", "content-3"]}
    request |= {"viewed_content_ids": ["content-1"] * 7}
    as_row_0 = request | {"content_ids": ["content-1", "", "content-3"]}
    numpy.testing.assert_array_equal(answer(serving.rank, request), answer(serving.rank, as_row_0))


def test_an_unknown_device_is_code_0(serving: ServingRanker, examples: ExampleArtifact) -> None:
    request = rank_request(examples)
    features = explicit_features(examples, request) | {"device": numpy.int64(0)}
    expected = answer(serving.score, features)
    for device in ("toaster", ""):
        numpy.testing.assert_allclose(answer(serving.rank, request | {"device": device}), expected, atol=1e-6)


def test_more_candidates_and_another_order_of_the_request_keep_the_facts(
    serving: ServingRanker, examples: ExampleArtifact
) -> None:
    request = rank_request(examples)
    backwards = request | {"content_ids": request["content_ids"][::-1]}
    numpy.testing.assert_allclose(answer(serving.rank, backwards), answer(serving.rank, request)[::-1], atol=1e-6)
    assert answer(serving.rank, request | {"content_ids": []}).shape == (0,)


def test_score_examples_gives_both_positions_and_equals_the_explicit_signatures(
    serving: ServingRanker, network: Ranker
) -> None:
    generator = numpy.random.default_rng(5)
    drawn = [draw_request(generator, World(), AS_OF + HOUR, slate=count) for count in (4, 7)]
    serialized = [serialize(values) for values in drawn]
    both = serving.score_examples(tensorflow.constant(serialized))
    batch, _ = parse_requests(serialized, input_features(with_graph=True), 4)
    numpy.testing.assert_allclose(both[OUTPUT], tensorflow.sigmoid(network(batch))[:, 0], atol=1e-6)
    features = {feature.name: feature for feature in input_features(with_graph=True)}
    logged, fixed = [], []
    for values in drawn:
        explicit = {
            name: values[name][0] if feature.level == "request" else values[name] for name, feature in features.items()
        }
        explicit = {name: value if features[name].size != 1 else value[..., 0] for name, value in explicit.items()}
        logged.append(answer(serving.score_logged, explicit))
        fixed.append(answer(serving.score, {k: v for k, v in explicit.items() if k not in ("slot", "slate_size")}))
    numpy.testing.assert_allclose(both[OUTPUT], numpy.concatenate(logged), atol=1e-6)
    numpy.testing.assert_allclose(both[FIXED_OUTPUT], numpy.concatenate(fixed), atol=1e-6)
    assert numpy.abs(both[OUTPUT] - both[FIXED_OUTPUT]).max() > 1e-3


def test_signatures_of_the_export_name_their_inputs(trained: RankerArtifact) -> None:
    loaded = tensorflow.saved_model.load(str(trained.saved_model()))
    assert {"rank", "serving_default", "score", "score_logged", "score_examples"} == set(loaded.signatures)
    base_and_graph = {feature.name for feature in features_of(model_groups(with_graph=True))}
    expected = {
        "rank": set(request_specification()),
        "serving_default": set(request_specification()),
        "score": base_and_graph,
        "score_logged": base_and_graph | {"slot", "slate_size"},
        "score_examples": {"examples"},
    }
    for name, inputs in expected.items():
        assert set(loaded.signatures[name].structured_input_signature[1]) == inputs
        assert OUTPUT in loaded.signatures[name].structured_outputs


def test_score_without_the_graph_asks_for_nothing_of_the_graph(serving_without_graph: ServingRanker) -> None:
    assert set(serving_without_graph.inputs()["score"]) == {
        feature.name for feature in features_of(frozenset({"base"}))
    }


@pytest.mark.parametrize("column", ["visible_from", "content_click_rate_1d"])
def test_a_content_table_without_a_column_is_refused_by_name(
    examples: ExampleArtifact, network: Ranker, column: str, tmp_path: Path
) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(examples.folder, folder)
    path = folder / "serving" / "content.parquet"
    pyarrow.parquet.write_table(pyarrow.parquet.read_table(path).drop_columns([column]), path)
    with pytest.raises(ContractError, match=column):
        serving_ranker(network, ExampleArtifact(folder), with_graph=True)
