"""An output of the model as the tensor of a response."""

from __future__ import annotations

from typing import Any

import numpy.typing
import tensorflow
from tensorflow.core.framework import tensor_pb2, types_pb2

_FIELDS = {
    types_pb2.DT_FLOAT: "float_val",
    types_pb2.DT_DOUBLE: "double_val",
    types_pb2.DT_INT32: "int_val",
    types_pb2.DT_INT64: "int64_val",
    types_pb2.DT_BOOL: "bool_val",
}


def write_tensor(values: numpy.typing.NDArray[Any]) -> tensor_pb2.TensorProto:
    """Writes numbers one by one, as TensorFlow Serving does unless a flag tells it otherwise.

    Args:
        values: Of any shape.
    """
    kind = tensorflow.dtypes.as_dtype(values.dtype).as_datatype_enum
    if kind not in _FIELDS:
        return tensorflow.make_tensor_proto(values)
    tensor = tensor_pb2.TensorProto(dtype=kind)
    tensor.tensor_shape.SetInParent()
    for size in values.shape:
        tensor.tensor_shape.dim.add(size=size)
    getattr(tensor, _FIELDS[kind]).extend(values.ravel().tolist())
    return tensor
