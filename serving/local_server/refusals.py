"""A refused call: a gRPC status with a message."""

from __future__ import annotations

import grpc
from tensorflow.core.protobuf import error_codes_pb2
from tensorflow_serving.apis import status_pb2

LONGEST_MESSAGE = 1024
"""Bytes; TensorFlow Serving cuts there too, so that a status always fits into a response's headers."""


class RefusalError(Exception):
    """Ends a call with a status other than OK.

    Args:
        code: The status.
        message: Why, in TensorFlow Serving's words wherever it has any.
    """

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def details(self) -> str:
        """The message as it is sent."""
        encoded = self.message.encode("utf-8", "replace")
        if len(encoded) <= LONGEST_MESSAGE:
            return encoded.decode()
        return encoded[:LONGEST_MESSAGE].decode("utf-8", "ignore") + "...TRUNCATED"

    @property
    def status_proto(self) -> status_pb2.StatusProto:
        """The same as a message field."""
        return status_pb2.StatusProto(error_code=error_codes_pb2.Code.Value(self.code.name), error_message=self.details)


def invalid_argument(message: str) -> RefusalError:
    """INVALID_ARGUMENT."""
    return RefusalError(grpc.StatusCode.INVALID_ARGUMENT, message)


def failed_precondition(message: str) -> RefusalError:
    """FAILED_PRECONDITION."""
    return RefusalError(grpc.StatusCode.FAILED_PRECONDITION, message)


def not_found(message: str) -> RefusalError:
    """NOT_FOUND."""
    return RefusalError(grpc.StatusCode.NOT_FOUND, message)
