"""A gRPC server that sends every message back: what a call costs before anything is ranked."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc

from serving.channels import PREDICT


def main() -> None:
    """Listens on a free port until SIGTERM."""
    service, method = PREDICT.strip("/").split("/")
    handler = grpc.unary_unary_rpc_method_handler(lambda message, _: message)
    server = grpc.server(
        ThreadPoolExecutor(2), handlers=[grpc.method_handlers_generic_handler(service, {method: handler})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    finished = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: finished.set())
    server.start()
    print(f"echoing at 127.0.0.1:{port}", flush=True)
    finished.wait()
    server.stop(None)


if __name__ == "__main__":
    main()
