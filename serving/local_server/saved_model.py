"""A SavedModel in a session, as TensorFlow Serving holds it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import grpc
import numpy
import numpy.typing
import tensorflow
from tensorflow.core.protobuf import config_pb2, meta_graph_pb2

from serving.local_server.refusals import RefusalError

Array = numpy.typing.NDArray[Any]
PYTHON_PREFIX = "Graph execution error:\n\n"


class SavedModel:
    """A loaded SavedModel whose signatures can be called from several threads.

    A session, not tf.saved_model.load: it is what TensorFlow Serving runs, gives its memory back when it is closed, and
    costs a tenth of a millisecond a call where a concrete function costs one.

    Args:
        path: The SavedModel's folder.
        intra_operation_threads: Threads of one operation.
    """

    def __init__(self, path: Path, intra_operation_threads: int) -> None:
        options = config_pb2.ConfigProto(
            intra_op_parallelism_threads=intra_operation_threads,
            # Runs in the thread that asks: a request of milliseconds gains nothing from being handed on.
            inter_op_parallelism_threads=-1,
            use_per_session_threads=True,
        )
        graph = tensorflow.Graph()
        with graph.as_default():
            self._session = tensorflow.compat.v1.Session(graph=graph, config=options)
            self._meta_graph = tensorflow.compat.v1.saved_model.loader.load(self._session, ["serve"], str(path))
        self._calls: dict[tuple[str, tuple[str, ...]], Callable[..., list[Any]]] = {}
        self._lock = threading.Lock()

    @property
    def signatures(self) -> Mapping[str, meta_graph_pb2.SignatureDef]:
        """The signatures by name."""
        signatures: Mapping[str, meta_graph_pb2.SignatureDef] = self._meta_graph.signature_def
        return signatures

    def call(self, signature_name: str, inputs: Sequence[Array], outputs: tuple[str, ...]) -> list[Array]:
        """Runs a signature.

        Args:
            signature_name: One of `signatures`.
            inputs: In the alphabetical order of the signature's inputs, of its types.
            outputs: Names of the wanted outputs, sorted.

        Returns:
            The outputs' values, in that order.

        Raises:
            RefusalError: An operation of the model refused them, with that operation's status and message.
        """
        try:
            return [numpy.asarray(value) for value in self._callable(signature_name, outputs)(*inputs)]
        except tensorflow.errors.OpError as error:
            raise RefusalError(_code(error.error_code), str(error.message).removeprefix(PYTHON_PREFIX)) from error

    def close(self) -> None:
        """Gives the memory back; nothing may be called any more."""
        self._calls.clear()
        self._session.close()

    def _callable(self, signature_name: str, outputs: tuple[str, ...]) -> Callable[..., list[Any]]:
        key = (signature_name, outputs)
        with self._lock:
            if key not in self._calls:
                signature = self.signatures[signature_name]
                options = config_pb2.CallableOptions(
                    feed=[signature.inputs[name].name for name in sorted(signature.inputs)],
                    fetch=[signature.outputs[name].name for name in outputs],
                )
                # Session.make_callable with a feed_list only wraps Session.run, which takes three times as long; Keras
                # calls this one too.
                self._calls[key] = self._session._make_callable_from_options(options)
            return self._calls[key]


def _code(error_code: int) -> grpc.StatusCode:
    """TensorFlow's codes are gRPC's."""
    return next(code for code in grpc.StatusCode if code.value[0] == error_code)
