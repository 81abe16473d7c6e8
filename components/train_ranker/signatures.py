"""The exported ranker: one module with a signature for each way to ask it.

- `rank` (also `serving_default`): one user, the context and candidate ids; the rest is looked up inside, and computed
  beforehand where it can be (compiled/). The same inputs for a ranker with and without the graph, so that a caller need
  not know which one answers.
- `score`: every feature explicit; `score_logged`: with the logged position too, for evaluation only.
- `score_examples`: serialized records, with the logged and with the fixed position, for evaluation only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tensorflow

from components.train_ranker.compiled.rank import CompiledRank
from components.train_ranker.model import Ranker
from components.train_ranker.records import COUNTS, TENSOR_TYPES, feature_size, input_features, parse_requests
from components.train_ranker.request_specification import request_specification
from components.train_ranker.serving_facts import ServingFacts
from schemas.ranking_features import RankingFeature, features_of, model_groups

Values = dict[str, tensorflow.Tensor]

OUTPUT = "click_probability"
FIXED_OUTPUT = "click_probability_fixed"
FIRST_SLOT = 0.0
"""The slot that serving fixes. Without slots in the logs the tower's slot columns never varied and are off."""


class ServingRanker(tensorflow.Module):
    """A trained ranker and its serving tables, ready for `tf.saved_model.save`.

    Args:
        ranker: The trained network.
        compiled: The same network, with its tables, for `rank`.
        facts: Constants of the examples.
        with_graph: Whether the network reads the graph's features.
    """

    def __init__(self, ranker: Ranker, compiled: CompiledRank, facts: ServingFacts, with_graph: bool) -> None:
        super().__init__()
        # The network itself stays untracked: a SavedModel needs its variables, not Keras' own functions.
        self._network = _Untracked(ranker)
        self.network_variables = [variable.value for variable in ranker.variables]
        self.compiled = compiled
        self._facts = facts
        self._with_graph = with_graph
        self._features = features_of(model_groups(with_graph))

    def inputs(self) -> dict[str, dict[str, tensorflow.TensorSpec]]:
        """What each signature takes."""
        return {
            "rank": request_specification(),
            "score": self._specification(self._features),
            "score_logged": self._specification((*self._features, *features_of(frozenset({"position"})))),
            "score_examples": {"examples": tensorflow.TensorSpec([None], tensorflow.string, "examples")},
        }

    def signatures(self) -> dict[str, Any]:
        """Concrete functions by the name under which they are served."""
        functions = {
            name: tensorflow.function(getattr(self, name)).get_concrete_function(**inputs)
            for name, inputs in self.inputs().items()
        }
        return {**functions, "serving_default": functions["rank"]}

    def rank(self, **request: tensorflow.Tensor) -> Values:
        """Click probability [N] of the candidates of one request, see request_specification.

        And the space whose vectors this version understands, so that a caller learns which to send next.
        """
        return {
            OUTPUT: tensorflow.sigmoid(self.compiled.logits(request)),
            "space": tensorflow.constant(self._facts.space),
        }

    def score(self, **features: tensorflow.Tensor) -> Values:
        """Click probability [N] of explicit features: [] or [size] of the request, [N] or [N, size] of candidates."""
        of_request, of_candidates = self._shaped(features, self._features)
        first = next(iter(of_candidates.values()))
        return self._answer(of_request, of_candidates, self._fixed_position(first))

    def score_logged(self, **features: tensorflow.Tensor) -> Values:
        """As score, at the position that was logged."""
        names = {feature.name for feature in self._features}
        of_request, of_candidates = self._shaped(features, self._features)
        position = {name: value for name, value in features.items() if name not in names}
        return self._answer(
            of_request,
            of_candidates,
            {
                "slot": position["slot"][:, tensorflow.newaxis],
                "slate_size": tensorflow.reshape(position["slate_size"], [1, 1]),
            },
        )

    def score_examples(self, examples: tensorflow.Tensor) -> Values:
        """Click probabilities [M] of the candidates of serialized records [B], one after the other."""
        batch, _ = parse_requests(examples, input_features(self._with_graph), self._facts.embedding_size)
        fixed = with_fixed_position(batch, self._facts.slate_size)
        return {OUTPUT: self._probability(batch), FIXED_OUTPUT: self._probability(fixed)}

    def _answer(self, of_request: Values, of_candidates: Values, position: Values) -> Values:
        wanted = {feature.name for feature in self._features}
        values = {name: value for name, value in {**of_request, **of_candidates}.items() if name in wanted}
        count = tensorflow.shape(position["slot"], tensorflow.int64)[:1]
        return {OUTPUT: self._probability({**values, **position, COUNTS: count})}

    def _probability(self, batch: Mapping[str, tensorflow.Tensor]) -> tensorflow.Tensor:
        return tensorflow.sigmoid(self._network.model(batch)[:, 0])

    def _fixed_position(self, of_candidates: tensorflow.Tensor) -> Values:
        """The position that serving fixes, for as many candidates [N, 1]."""
        count = tensorflow.shape(of_candidates)[0]
        return {
            "slot": tensorflow.fill([count, 1], FIRST_SLOT),
            "slate_size": tensorflow.fill([1, 1], self._facts.slate_size),
        }

    def _shaped(
        self, features: Mapping[str, tensorflow.Tensor], declared: tuple[RankingFeature, ...]
    ) -> tuple[Values, Values]:
        """Request features [1, size] and candidate features [N, size]."""
        shaped: dict[str, Values] = {"request": {}, "candidate": {}}
        for feature in declared:
            size = feature_size(feature, self._facts.embedding_size)
            rows = 1 if feature.level == "request" else -1
            shaped[feature.level][feature.name] = tensorflow.reshape(features[feature.name], [rows, size])
        return shaped["request"], shaped["candidate"]

    def _specification(self, features: tuple[RankingFeature, ...]) -> dict[str, tensorflow.TensorSpec]:
        return {
            feature.name: tensorflow.TensorSpec(
                ([None] if feature.level == "candidate" else [])
                + ([] if feature.size == 1 else [feature_size(feature, self._facts.embedding_size)]),
                TENSOR_TYPES[feature.type],
                feature.name,
            )
            for feature in features
        }


def with_fixed_position(batch: Mapping[str, tensorflow.Tensor], slate_size: float) -> Values:
    """A batch at the position that serving fixes, whatever was logged."""
    slot, size = batch["slot"], batch["slate_size"]
    fixed = {"slot": tensorflow.fill(tensorflow.shape(slot), FIRST_SLOT)}
    return {**batch, **fixed, "slate_size": tensorflow.fill(tensorflow.shape(size), slate_size)}


class _Untracked:
    """Hides a model from TensorFlow's tracking of attributes."""

    def __init__(self, model: Ranker) -> None:
        self.model = model
