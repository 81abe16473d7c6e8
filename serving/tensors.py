"""Between numpy and the tensors of the wire."""

from __future__ import annotations

from collections.abc import Sequence

import numpy
import numpy.typing

from serving.protos.prediction_pb2 import DT_FLOAT, DT_INT64, DT_STRING, DataType, Tensor, TensorShape


class UnreadableTensorError(ValueError):
    """A tensor of an answer is not of the type or shape that was expected."""


def floats(values: numpy.typing.ArrayLike) -> Tensor:
    """A float32 tensor of any shape."""
    return _numbers(numpy.asarray(values, "<f4"), DT_FLOAT)


def integers(values: numpy.typing.ArrayLike) -> Tensor:
    """An int64 tensor of any shape."""
    return _numbers(numpy.asarray(values, "<i8"), DT_INT64)


def texts(values: Sequence[str]) -> Tensor:
    """A string tensor [len(values)]."""
    return Tensor(dtype=DT_STRING, tensor_shape=_shape((len(values),)), string_val=[value.encode() for value in values])


def text(value: str) -> Tensor:
    """A string tensor without dimensions."""
    return Tensor(dtype=DT_STRING, tensor_shape=TensorShape(), string_val=[value.encode()])


def read_floats(tensor: Tensor) -> numpy.typing.NDArray[numpy.float32]:
    """The values of a float32 tensor, in its shape.

    TensorFlow writes them as bytes or as numbers; of repeated last values it may write only the first.

    Raises:
        UnreadableTensorError: It has another type, or fewer values than its shape has places.
    """
    shape = tuple(dimension.size for dimension in tensor.tensor_shape.dim)
    if tensor.dtype != DT_FLOAT:
        raise UnreadableTensorError(f"expected float32 (DT_FLOAT), found data type {tensor.dtype}")
    count = int(numpy.prod(shape))
    if tensor.tensor_content:
        values = numpy.frombuffer(tensor.tensor_content, "<f4")
    else:
        values = numpy.asarray(tensor.float_val, "<f4")
        if 0 < len(values) < count:
            values = numpy.concatenate([values, numpy.repeat(values[-1:], count - len(values))])
    if len(values) != count:
        raise UnreadableTensorError(f"shape {shape} needs {count} values, found {len(values)}")
    return values.reshape(shape)


def read_text(tensor: Tensor) -> str:
    """The value of a string tensor without dimensions.

    Raises:
        UnreadableTensorError: It has another type or several values.
    """
    if tensor.dtype != DT_STRING or len(tensor.string_val) != 1:
        raise UnreadableTensorError(
            f"expected one string, found data type {tensor.dtype} with {len(tensor.string_val)} strings"
        )
    return tensor.string_val[0].decode()


def _numbers(values: numpy.typing.NDArray[numpy.generic], kind: DataType) -> Tensor:
    return Tensor(dtype=kind, tensor_shape=_shape(values.shape), tensor_content=values.tobytes())


def _shape(sizes: Sequence[int]) -> TensorShape:
    return TensorShape(dim=[TensorShape.Dimension(size=size) for size in sizes])
