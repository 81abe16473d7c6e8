"""A local stand-in for the KFP API: answers what the client asks and records what it sends."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from typing import Any

RECURRING = "/apis/v2beta1/recurringruns"


@dataclasses.dataclass
class KubeflowServer:
    """What the stand-in knows and has seen.

    Attributes:
        host: Its address.
        refuse: Answer every run with 400.
        experiments: Names of the experiments that exist.
        runs: Bodies of the requests to start a run.
        recurring: Recurring runs by id, as the server shows them.
        changes: What was done to recurring runs, in order: `create 1`, `enable 1`, `delete 1`.
        fails_at: A change that the server answers with 500.
    """

    host: str = ""
    refuse: bool = False
    experiments: list[str] = dataclasses.field(default_factory=list)
    runs: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    recurring: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)
    changes: list[str] = dataclasses.field(default_factory=list)
    fails_at: str = ""

    def change_recurring(self, action: str, key: str, body: dict[str, Any] | None = None) -> bool:
        """Does what a request asks for; False where the server fails."""
        change = f"{action} {key}"
        if change == self.fails_at:
            return False
        self.changes.append(change)
        if action == "create" and body is not None:
            status = {"ENABLE": "ENABLED", "DISABLE": "DISABLED"}[body["mode"]]
            self.recurring[key] = {**body, "recurring_run_id": key, "status": status}
        elif action == "delete":
            del self.recurring[key]
        else:
            self.recurring[key]["status"] = {"enable": "ENABLED", "disable": "DISABLED"}[action]
        return True


@contextlib.contextmanager
def kubeflow_server() -> Iterator[KubeflowServer]:
    """Serves on a free port of this machine until the block ends."""
    state = KubeflowServer()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/apis/v2beta1/experiments"):
                found = [{"experiment_id": name, "display_name": name} for name in state.experiments]
                self._answer(200, {"experiments": found, "total_size": len(found)})
            elif self.path.startswith("/apis/v2beta1/recurringruns?"):
                # Page by page, and whatever the filter says: the server's own tests are for that.
                query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
                place = int(query.get("page_token", ["0"])[0] or 0)
                everything = list(state.recurring.values())
                following = str(place + 1) if place + 1 < len(everything) else ""
                self._answer(200, {"recurringRuns": everything[place : place + 1], "next_page_token": following})
            elif self.path.startswith("/apis/v2beta1/healthz"):
                self._answer(200, {"multi_user": False})
            else:
                self._answer(404, {"error": f"no such address {self.path}"})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or "{}")
            recurring, _, action = self.path.removeprefix(f"{RECURRING}/").partition(":")
            if self.path.startswith("/apis/v2beta1/experiments"):
                state.experiments.append(body["display_name"])
                self._answer(200, {"experiment_id": body["display_name"], **body})
            elif self.path == RECURRING:
                self._changed("create", str(len(state.changes) + 1), body)
            elif action in ("enable", "disable"):
                self._changed(action, recurring)
            elif self.path.startswith("/apis/v2beta1/runs") and not state.refuse:
                state.runs.append(body)
                self._answer(200, {"run_id": f"run-{len(state.runs)}", **body})
            else:
                self._answer(400, {"error": "this server takes no run"})

        def do_DELETE(self) -> None:
            self._changed("delete", self.path.removeprefix(f"{RECURRING}/"))

        def _changed(self, action: str, key: str, body: dict[str, Any] | None = None) -> None:
            if state.change_recurring(action, key, body):
                self._answer(200, state.recurring.get(key, {}))
            else:
                self._answer(500, {"error": f"{action} {key} failed"})

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
