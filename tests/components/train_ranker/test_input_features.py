"""Contents with the same vector must tie whatever the batch, or their ranks come apart between training and serving."""

from __future__ import annotations

import numpy
import pytest
import tensorflow

from components.train_ranker.input_features import dot_product


@pytest.mark.parametrize("size", [3, 64, 100])
def test_equal_vectors_have_equal_dot_products_wherever_they_stand(size: int) -> None:
    generator = numpy.random.default_rng(size)
    user, content = (generator.normal(size=(1, size)).astype(numpy.float32) for _ in range(2))
    alone = dot_product(tensorflow.constant(user), tensorflow.constant(content)).numpy()[0, 0]
    assert alone == pytest.approx(float(user[0].astype(float) @ content[0].astype(float)), rel=1e-6)
    for rows in (2, 7, 129, 1000):
        answers = dot_product(tensorflow.repeat(user, rows, 0), tensorflow.repeat(content, rows, 0)).numpy()
        assert set(answers[:, 0].tolist()) == {alone}
