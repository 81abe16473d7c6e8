"""Messages whose inputs are not those of the signature, or whose tensors are none."""

from __future__ import annotations

import numpy
import tensorflow
from tensorflow.core.framework import tensor_pb2, types_pb2
from tensorflow_serving.apis import predict_pb2

from benchmarks.hostile.request import INVALID, OK, HostileRequest, Maker, hostile, put, some_input, texts

TYPES = (numpy.float16, numpy.float64, numpy.int8, numpy.uint16, numpy.int32, numpy.bool_, numpy.complex64)
MILLION = 1_000_000


def wrong_type(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """An input of another type."""
    name = some_input(random, request)
    size = tuple(dimension.size for dimension in request.inputs[name].tensor_shape.dim)
    put(request, name, numpy.zeros(size, random.choice(numpy.array(TYPES, object))))
    return hostile("wrong type", request, INVALID)


def wrong_shape(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """An input with more or fewer dimensions."""
    name = some_input(random, request)
    tensor = request.inputs[name]
    rank = len(tensor.tensor_shape.dim)
    wrong = int(random.choice([number for number in (0, 1, 2, 3, 9) if number != rank]))
    kind = tensorflow.dtypes.as_dtype(tensor.dtype)
    value = b"" if kind is tensorflow.string else 0
    put(request, name, tensorflow.make_tensor_proto(numpy.full([1] * wrong, value), kind))
    return hostile("wrong shape", request, INVALID)


def no_tensor(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A tensor of nothing, of a negative or absurd size, of an unknown type, with bytes too many or too few."""
    name = some_input(random, request)
    tensor, choice = request.inputs[name], random.integers(6)
    if choice == 0:
        tensor.Clear()
    elif choice == 1:
        tensor.tensor_shape.dim.add(size=-int(random.integers(1, 2**62)))
    elif choice == 2:
        del tensor.tensor_shape.dim[:]
        tensor.tensor_shape.dim.add(size=int(random.integers(2**33, 2**62)))
    elif choice == 3:
        tensor.dtype = int(random.choice([types_pb2.DT_RESOURCE, types_pb2.DT_VARIANT, types_pb2.DT_FLOAT_REF, 9999]))
    elif choice == 4:
        tensor.tensor_shape.unknown_rank = True
    else:
        put(request, "user_embedding", _floats([3], content=random.bytes(int(random.integers(13, 99)))))
    return hostile("no tensor", request, INVALID)


def other_names(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """An input too few, one too many, one under another name, or none at all."""
    name, choice = some_input(random, request), random.integers(4)
    if choice == 0:
        del request.inputs[name]
    elif choice == 1:
        put(request, "more", 1.0)
    elif choice == 2:
        request.inputs[f"{name} "].CopyFrom(request.inputs[name])
        del request.inputs[name]
    else:
        request.ClearField("inputs")
    return hostile("other inputs", request, INVALID)


def different_lengths(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """More or fewer times than ids; what the model makes of them decides."""
    put(request, "viewed_times", random.integers(0, 2**40, random.integers(0, 40)))
    return hostile("different lengths", request, INVALID, OK)


def one_value_for_all(random: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A tensor that gives its last value only once, which TensorFlow allows."""
    size = request.inputs["user_embedding"].tensor_shape.dim[0].size
    put(request, "user_embedding", _floats([size], values=[float(random.normal())]))
    return hostile("one value for all", request, OK, candidates=_candidates(request))


def million_candidates(_: numpy.random.Generator, request: predict_pb2.PredictRequest) -> HostileRequest:
    """A hundred times as many candidates as the client would send."""
    put(request, "content_ids", texts([b"c"] * MILLION))
    return hostile("1,000,000 candidates", request, INVALID)


def _floats(sizes: list[int], values: tuple[float, ...] | list[float] = (), content: bytes = b"") -> object:
    tensor = tensor_pb2.TensorProto(dtype=types_pb2.DT_FLOAT, float_val=values, tensor_content=content)
    for size in sizes:
        tensor.tensor_shape.dim.add(size=size)
    return tensor


def _candidates(request: predict_pb2.PredictRequest) -> int:
    return int(request.inputs["content_ids"].tensor_shape.dim[0].size)


MAKERS: tuple[Maker, ...] = (
    wrong_type,
    wrong_shape,
    no_tensor,
    other_names,
    different_lengths,
    one_value_for_all,
)
