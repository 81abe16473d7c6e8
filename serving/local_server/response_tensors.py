"""An output of the model as the tensor of a response."""

from __future__ import annotations

from typing import Any

import numpy
import numpy.typing
import tensorflow
from tensorflow.core.framework import tensor_pb2, types_pb2

_TYPES = {
    numpy.dtype(kind): tensorflow.dtypes.as_dtype(kind).as_datatype_enum
    for kind in (numpy.float32, numpy.float64, numpy.int32, numpy.int64, numpy.bool_)
}


def write_tensor(values: numpy.typing.NDArray[Any]) -> tensor_pb2.TensorProto:
    """Writes numbers as bytes, as TensorFlow Serving does with --enable_serialization_as_tensor_content.

    Args:
        values: Of any shape; strings as objects of bytes.
    """
    if values.dtype == object:
        tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_STRING, string_val=values.ravel().tolist())
    elif values.dtype in _TYPES:
        tensor = tensor_pb2.TensorProto(dtype=_TYPES[values.dtype], tensor_content=values.tobytes())
    else:
        return tensorflow.make_tensor_proto(values)
    tensor.tensor_shape.SetInParent()
    for size in values.shape:
        tensor.tensor_shape.dim.add(size=size)
    return tensor
