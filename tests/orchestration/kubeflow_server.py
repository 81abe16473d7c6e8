"""A local stand-in for the KFP API: answers what the client asks and records what it sends."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any


@dataclasses.dataclass
class KubeflowServer:
    """What the stand-in knows and has seen.

    Attributes:
        host: Its address.
        refuse: Answer every run with 400.
        experiments: Names of the experiments that exist.
        runs: Bodies of the requests to start a run.
    """

    host: str = ""
    refuse: bool = False
    experiments: list[str] = dataclasses.field(default_factory=list)
    runs: list[dict[str, Any]] = dataclasses.field(default_factory=list)


@contextlib.contextmanager
def kubeflow_server() -> Iterator[KubeflowServer]:
    """Serves on a free port of this machine until the block ends."""
    state = KubeflowServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/apis/v2beta1/experiments"):
                found = [{"experiment_id": name, "display_name": name} for name in state.experiments]
                self._answer(200, {"experiments": found, "total_size": len(found)})
            elif self.path.startswith("/apis/v2beta1/healthz"):
                self._answer(200, {"multi_user": False})
            else:
                self._answer(404, {"error": f"no such address {self.path}"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.startswith("/apis/v2beta1/experiments"):
                state.experiments.append(body["display_name"])
                self._answer(200, {"experiment_id": body["display_name"], **body})
            elif self.path.startswith("/apis/v2beta1/runs") and not state.refuse:
                state.runs.append(body)
                self._answer(200, {"run_id": f"run-{len(state.runs)}", **body})
            else:
                self._answer(400, {"error": "this server takes no run"})

        def log_message(self, format: str, *arguments: object) -> None:
            """Stays quiet."""

        def _answer(self, status: int, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state.host = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()
