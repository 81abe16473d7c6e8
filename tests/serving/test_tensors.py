"""Tensors of the wire are TensorFlow's: each side reads what the other wrote."""

from __future__ import annotations

import math
from typing import Any

import numpy
import pytest
import tensorflow
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_strategies
from tensorflow.core.framework import tensor_pb2

from serving.protos.prediction_pb2 import DT_FLOAT, DT_STRING, Tensor, TensorShape
from serving.tensors import UnreadableTensorError, floats, integers, read_floats, read_text, text, texts

shapes = numpy_strategies.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


def by_tensorflow(tensor: Tensor) -> Any:
    return tensorflow.make_ndarray(tensor_pb2.TensorProto.FromString(tensor.SerializeToString()))


def from_tensorflow(value: Any) -> Tensor:
    return Tensor.FromString(tensorflow.make_tensor_proto(value).SerializeToString())


@given(values=numpy_strategies.arrays(numpy.float32, shapes))
def test_numbers_there_and_back(values: numpy.ndarray) -> None:
    numpy.testing.assert_array_equal(by_tensorflow(floats(values)), values)
    numpy.testing.assert_array_equal(read_floats(from_tensorflow(values)), values)


@given(values=numpy_strategies.arrays(numpy.int64, shapes))
def test_integers_are_read_by_tensorflow(values: numpy.ndarray) -> None:
    numpy.testing.assert_array_equal(by_tensorflow(integers(values)), values)


@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts_are_read_by_tensorflow(values: list[str]) -> None:
    assert [value.decode() for value in by_tensorflow(texts(values)).tolist()] == values
    for value in values:
        assert by_tensorflow(text(value)).item().decode() == value
        assert read_text(from_tensorflow(value)) == value


def test_a_repeated_last_value_may_be_written_once() -> None:
    """As make_tensor_proto does for constants."""
    shape = TensorShape(dim=[TensorShape.Dimension(size=4)])
    tensor = Tensor(dtype=DT_FLOAT, tensor_shape=shape, float_val=[1.5, 2.5])
    assert read_floats(tensor).tolist() == by_tensorflow(tensor).tolist() == [1.5, 2.5, 2.5, 2.5]


@pytest.mark.parametrize(
    ("tensor", "words"),
    [
        (Tensor(dtype=DT_STRING), "float32"),
        (Tensor(dtype=DT_FLOAT, tensor_shape=TensorShape(dim=[TensorShape.Dimension(size=3)])), "needs 3 values"),
        (
            Tensor(dtype=DT_FLOAT, tensor_shape=TensorShape(), tensor_content=b"\0" * 8),
            "needs 1 values, found 2",
        ),
    ],
)
def test_what_cannot_be_read_is_refused(tensor: Tensor, words: str) -> None:
    with pytest.raises(UnreadableTensorError, match=words):
        read_floats(tensor)


def test_not_exactly_one_text_is_refused() -> None:
    with pytest.raises(UnreadableTensorError, match="one string"):
        read_text(texts(["a", "b"]))
    with pytest.raises(UnreadableTensorError, match="one string"):
        read_text(floats(math.pi))
