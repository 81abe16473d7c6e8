"""Answers Predict for a pushed folder as far as the light client reads it; every tenth page fails where told so."""

from __future__ import annotations

import argparse
import itertools
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import numpy

from serving.channels import PREDICT
from serving.protos.prediction_pb2 import PredictRequest, PredictResponse
from serving.tensors import floats, text

FAILING = "failing"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", type=Path)
    parser.add_argument("--port", type=int)
    base = parser.parse_args().base
    version = int(next(path.name for path in base.iterdir() if path.is_dir()))
    numbers = itertools.count()

    def predict(message: bytes, context: grpc.ServicerContext) -> bytes:
        if FAILING in str(base) and next(numbers) % 10 == 9:
            context.abort(grpc.StatusCode.INTERNAL, "as told")
        request = PredictRequest.FromString(message)
        response = PredictResponse()
        response.model_spec.version.value = version
        count = len(request.inputs["content_ids"].string_val)
        response.outputs["click_probability"].CopyFrom(floats(numpy.linspace(0.1, 0.9, count)))
        response.outputs["space"].CopyFrom(text("tiny"))
        answer: bytes = response.SerializeToString()
        return answer

    service, method = PREDICT.strip("/").split("/")
    handlers = [grpc.method_handlers_generic_handler(service, {method: grpc.unary_unary_rpc_method_handler(predict)})]
    server = grpc.server(ThreadPoolExecutor(2), handlers=handlers)
    port = server.add_insecure_port("127.0.0.1:0")
    finished = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: finished.set())
    server.start()
    print(f"serving {base} at 127.0.0.1:{port}", flush=True)
    finished.wait()
    server.stop(None)


if __name__ == "__main__":
    main()
