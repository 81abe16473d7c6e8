"""The columns of the network's input that all candidates of a request share, as the network itself makes them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
import tensorflow

from components.train_ranker.input_features import NUMBER_TRANSFORMS, transform_numbers
from components.train_ranker.model import Ranker
from components.train_ranker.standardization import LARGEST


class RequestColumns:
    """Computes InputSplit.request's columns.

    Args:
        ranker: The trained network.
    """

    def __init__(self, ranker: Ranker) -> None:
        features = ranker.input_features
        self._numbers = features.request_numbers
        self._mean = ranker.numbers.mean.numpy()[: len(self._numbers)]
        self._scale = ranker.numbers.scale.numpy()[: len(self._numbers)]
        self._codes = {
            feature.name: ranker.centering[feature.name](
                numpy.eye(features.categories[feature.name], dtype=numpy.float32)
            ).numpy()
            for feature in features.category_features
            if feature.level == "request"
        }

    def columns(self, of_request: Mapping[str, tensorflow.Tensor]) -> tensorflow.Tensor:
        """The columns [request columns] from the request's features, [] each."""
        transformed = []
        for transform in NUMBER_TRANSFORMS:
            values = [of_request[feature.name] for feature in self._numbers if feature.transform == transform]
            if values:
                transformed.append(transform_numbers(transform, tensorflow.stack(values)))
        numbers = tensorflow.concat(transformed, axis=0)
        standardized = tensorflow.clip_by_value((numbers - self._mean) * self._scale, -LARGEST, LARGEST)
        encoded = [tensorflow.gather(codes, of_request[name]) for name, codes in self._codes.items()]
        return tensorflow.concat([standardized, *encoded], axis=0)
