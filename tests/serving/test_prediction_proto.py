"""The light messages are the published ones: same fields, same numbers, same bytes, both ways."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tensorflow.core.framework import tensor_pb2, tensor_shape_pb2, types_pb2
from tensorflow_serving.apis import model_pb2, predict_pb2

from serving.protos import prediction_pb2

PAIRS: list[tuple[Any, Any]] = [
    (prediction_pb2.Tensor, tensor_pb2.TensorProto),
    (prediction_pb2.TensorShape, tensor_shape_pb2.TensorShapeProto),
    (prediction_pb2.TensorShape.Dimension, tensor_shape_pb2.TensorShapeProto.Dim),
    (prediction_pb2.ModelSpec, model_pb2.ModelSpec),
    (prediction_pb2.PredictRequest, predict_pb2.PredictRequest),
    (prediction_pb2.PredictResponse, predict_pb2.PredictResponse),
]


@pytest.mark.parametrize(("ours", "published"), PAIRS)
def test_every_field_has_the_published_number_and_type(ours: Any, published: Any) -> None:
    assert ours.DESCRIPTOR.fields
    for field in ours.DESCRIPTOR.fields:
        other = published.DESCRIPTOR.fields_by_name[field.name]
        assert (field.number, field.type, field.is_repeated) == (other.number, other.type, other.is_repeated)
        assert (field.containing_oneof is None) == (other.containing_oneof is None)


def test_data_types_have_the_published_numbers() -> None:
    for name, number in prediction_pb2.DataType.items():
        assert types_pb2.DataType.Value(name) == number


def test_the_generated_module_is_of_the_proto_beside_it() -> None:
    """Every field and its number in the text are those of the module, in both directions."""
    text = Path(prediction_pb2.__file__).with_name("prediction.proto").read_text(encoding="utf-8")
    declared = sorted(
        (line.split("=")[0].split()[-1], int(line.split("=")[1].split("[")[0].strip(" ;\n")))
        for line in text.splitlines()
        if "=" in line and not line.lstrip().startswith(("//", "syntax"))
    )
    found = [(name, number) for name, number in prediction_pb2.DataType.items()]
    for ours, _ in PAIRS:
        found += [(field.name, field.number) for field in ours.DESCRIPTOR.fields]
    assert sorted(found) == declared


def test_the_client_is_imported_quickly_and_without_tensorflow() -> None:
    program = (
        "import time, sys; start = time.process_time(); import serving.client, serving.asyncio_client; "
        "print(time.process_time() - start, any(name.split('.')[0] in ('tensorflow', 'feast', 'pyarrow', 'pandas') "
        "for name in sys.modules))"
    )
    output = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    seconds, heavy = output.split()
    assert heavy == "False"
    assert float(seconds) < 0.5
