"""Whatever form a tensor has on the wire, the server reads what TensorFlow reads; what is none is refused cheaply."""

from __future__ import annotations

from typing import Any

import hypothesis
import hypothesis.extra.numpy
import hypothesis.strategies as strategies
import numpy
import pytest
import tensorflow
from tensorflow.core.framework import tensor_pb2, types_pb2

from serving.local_server.refusals import RefusalError
from serving.local_server.request_tensors import read_tensor
from serving.local_server.response_tensors import write_tensor
from serving.local_server.signature import Input

TYPES = (numpy.float32, numpy.float64, numpy.int32, numpy.int64, numpy.bool_, numpy.uint8, numpy.float16, object)

SINGLE = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_BOOL: "bool_val",
}

shapes = hypothesis.extra.numpy.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
numbers = strategies.sampled_from([kind for kind in TYPES if kind is not object]).flatmap(
    lambda kind: hypothesis.extra.numpy.arrays(kind, shapes)
)
texts = hypothesis.extra.numpy.arrays(object, shapes, elements=strategies.binary(max_size=5))


def read(tensor: tensor_pb2.TensorProto, most_values: int = 1_000) -> Any:
    wanted = Input("x", position=0, tensor_name="x:0", data_type=tensor.dtype, sizes=None, default=None)
    return read_tensor(wanted, tensor, most_values)


@hypothesis.given(strategies.one_of(numbers, texts))
@hypothesis.settings(max_examples=150)
def test_bytes_and_single_values_are_read_alike(values: numpy.typing.NDArray[Any]) -> None:
    """And what the server writes is what TensorFlow reads."""
    written = write_tensor(values)
    numpy.testing.assert_array_equal(tensorflow.make_ndarray(written), values)
    single = tensor_pb2.TensorProto(dtype=written.dtype, tensor_shape=written.tensor_shape)
    if written.dtype in SINGLE:
        getattr(single, SINGLE[written.dtype]).extend(values.ravel().tolist())
    else:
        single = tensorflow.make_tensor_proto(values)
    for tensor in (written, single):
        found = read(tensor)
        assert found.shape == values.shape
        numpy.testing.assert_array_equal(found, values)


@pytest.mark.parametrize("kind", [types_pb2.DT_FLOAT, types_pb2.DT_INT64])
@pytest.mark.parametrize("given", [0, 1, 2])
def test_the_last_value_stands_for_those_that_follow(kind: int, given: int) -> None:
    field = "float_val" if kind == types_pb2.DT_FLOAT else "int64_val"
    tensor = tensor_pb2.TensorProto(dtype=kind, **{field: [3, 5][:given]})
    tensor.tensor_shape.dim.add(size=4)
    numpy.testing.assert_array_equal(read(tensor), tensorflow.make_ndarray(tensor))


def sized(*sizes: int, **fields: Any) -> tensor_pb2.TensorProto:
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, **fields)
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


@pytest.mark.parametrize(
    ("tensor", "message"),
    [
        (tensor_pb2.TensorProto(), "tensor parsing error: x"),
        (tensor_pb2.TensorProto(dtype=types_pb2.DT_RESOURCE), "tensor parsing error: x"),
        (tensor_pb2.TensorProto(dtype=12345), "tensor parsing error: x"),
        (sized(-1), "tensor parsing error: x"),
        (sized(2, tensor_content=b"123"), "tensor parsing error: x"),
        (sized(10**6, 10**6, float_val=[1.0]), "input x has 1,000,000,000,000 values; this server takes at most 1,000"),
    ],
)
def test_what_is_no_tensor(tensor: tensor_pb2.TensorProto, message: str) -> None:
    """The last one would take terabytes, if it were filled up as TensorFlow would."""
    with pytest.raises(RefusalError) as caught:
        read(tensor)
    assert caught.value.message == message
