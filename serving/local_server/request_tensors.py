"""A tensor of a request as numpy array, or the reason why it is none."""

from __future__ import annotations

import math
from typing import Any

import numpy
import numpy.typing
import tensorflow
from tensorflow.core.framework import tensor_pb2, types_pb2

from serving.local_server.refusals import RefusalError, invalid_argument
from serving.local_server.signature import Input

Array = numpy.typing.NDArray[Any]

_FIELDS: dict[int, tuple[str, numpy.dtype[Any]]] = {
    types_pb2.DT_FLOAT: ("float_val", numpy.dtype("<f4")),
    types_pb2.DT_DOUBLE: ("double_val", numpy.dtype("<f8")),
    types_pb2.DT_INT32: ("int_val", numpy.dtype("<i4")),
    types_pb2.DT_INT64: ("int64_val", numpy.dtype("<i8")),
    types_pb2.DT_BOOL: ("bool_val", numpy.dtype("?")),
}
"""Where a tensor's values lie by type; types beyond these are read by TensorFlow itself."""

FIRST_REFERENCE_TYPE = 100
READABLE_TYPES = frozenset(
    number
    for number in types_pb2.DataType.values()
    if number < FIRST_REFERENCE_TYPE
    and number not in (types_pb2.DT_INVALID, types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT)
)


def read_tensor(wanted: Input, tensor: tensor_pb2.TensorProto, most_values: int) -> Array:
    """Reads one input of a request.

    Args:
        wanted: What the signature says of it.
        tensor: The message.
        most_values: More are refused before any memory is taken for them.

    Returns:
        The values in their shape; strings as objects of bytes.

    Raises:
        RefusalError: The message is no tensor, or not one of the wanted type and shape.
    """
    if tensor.dtype not in READABLE_TYPES:
        raise _unreadable(wanted)
    shape = tuple([dimension.size for dimension in tensor.tensor_shape.dim])
    if tensor.tensor_shape.unknown_rank or min(shape, default=0) < 0:
        raise _unreadable(wanted)
    if tensor.dtype != wanted.data_type:
        raise invalid_argument(
            f"Expects arg[{wanted.position}] to be {type_name(wanted.data_type)} but {type_name(tensor.dtype)} is "
            "provided"
        )
    if wanted.sizes is not None:
        _require_shape(wanted.alias, shape, wanted.sizes)
    count = math.prod(shape)
    if count > most_values:
        raise invalid_argument(f"input {wanted.alias} has {count:,} values; this server takes at most {most_values:,}")
    values = _plain_values(tensor, count)
    if values is None:
        values = _values_of_tensorflow(wanted, tensor)
    return values.reshape(shape)


def type_name(data_type: int) -> str:
    """As TensorFlow's messages call it: float, int64, string."""
    name: str = types_pb2.DataType.Name(data_type)
    return name.removeprefix("DT_").lower()


def _unreadable(wanted: Input) -> RefusalError:
    return invalid_argument(f"tensor parsing error: {wanted.alias}")


def _require_shape(alias: str, shape: tuple[int, ...], sizes: tuple[int, ...]) -> None:
    """Refuses what TensorFlow Serving hands to the model, whose first operation that minds refuses it there."""
    if len(sizes) != len(shape) or any(size not in (-1, found) for size, found in zip(sizes, shape, strict=True)):
        raise invalid_argument(f"input {alias} has shape {list(shape)}, the signature takes {list(sizes)}")


def _plain_values(tensor: tensor_pb2.TensorProto, count: int) -> Array | None:
    """The values where all of them are there, in one of the two forms that clients write; None elsewhere."""
    if tensor.dtype == types_pb2.DT_STRING:
        texts = tensor.string_val
        if tensor.tensor_content or len(texts) != count:
            return None
        values = numpy.empty(count, object)
        values[:] = texts
        return values
    if tensor.dtype not in _FIELDS:
        return None
    field, kind = _FIELDS[tensor.dtype]
    if tensor.tensor_content:
        if len(tensor.tensor_content) != count * kind.itemsize:
            return None
        return numpy.frombuffer(tensor.tensor_content, kind)
    listed = getattr(tensor, field)
    return numpy.array(listed, kind) if len(listed) == count else None


def _values_of_tensorflow(wanted: Input, tensor: tensor_pb2.TensorProto) -> Array:
    """Lets TensorFlow read what is rare: other types, a last value that stands for those that follow."""
    kind = tensorflow.dtypes.as_dtype(tensor.dtype)
    try:
        parsed: Array = tensorflow.io.parse_tensor(tensor.SerializeToString(), kind).numpy()
    except tensorflow.errors.OpError as error:
        raise _unreadable(wanted) from error
    return numpy.asarray(parsed)
