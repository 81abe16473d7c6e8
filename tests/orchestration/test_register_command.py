"""`pipeline.py register` against a local stand-in for the KFP API's pipelines."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import pipeline
from orchestration.command_line import main

PIPELINES = {"daily": pipeline.daily, "refresh": pipeline.refresh}
ADDRESS = "/apis/v2beta1/pipelines"
Registered = dict[str, dict[str, bytes]]
"""The versions of each pipeline, by name: the uploaded file."""


@contextlib.contextmanager
def pipeline_server(registered: Registered) -> Iterator[str]:
    """Serves on a free port of this machine until the block ends."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urllib.parse.urlsplit(self.path)
            query = urllib.parse.parse_qs(path.query)
            if path.path == ADDRESS:
                [condition] = json.loads(query["filter"][0])["predicates"]
                found = [name for name in registered if name == condition["stringValue"]]
                self._answer({"pipelines": [{"pipeline_id": name, "display_name": name} for name in found]})
            elif path.path.endswith("/versions"):
                versions = registered[urllib.parse.unquote(path.path.split("/")[-2])]
                shown = [{"pipeline_version_id": f"id {name}", "display_name": name} for name in versions]
                self._answer({"pipeline_versions": shown})
            else:
                self._answer({"multi_user": False})

        def do_POST(self) -> None:
            path = urllib.parse.urlsplit(self.path)
            query = {key: value[0] for key, value in urllib.parse.parse_qs(path.query).items()}
            content = self.rfile.read(int(self.headers["Content-Length"]))
            if path.path == f"{ADDRESS}/upload":
                registered[query["name"]] = {query["name"]: content}
                self._answer({"pipeline_id": query["name"]})
            else:
                assert path.path == f"{ADDRESS}/upload_version"
                registered[query["pipelineid"]][query["name"]] = content
                self._answer({"pipeline_id": query["pipelineid"], "pipeline_version_id": f"id {query['name']}"})

        def log_message(self, format: str, *arguments: object) -> None:
            """Stays quiet."""

        def _answer(self, body: dict[str, Any]) -> None:
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    folder = tmp_path / "pipelines"
    folder.mkdir()
    for name in PIPELINES:
        (folder / f"{name}.yaml").write_text(yaml.safe_dump({"pipelineInfo": {"name": f"frontrow-{name}"}}))
    return folder


def test_every_commit_becomes_one_version_of_each_pipeline(compiled: Path) -> None:
    registered: Registered = {}
    with pipeline_server(registered) as host:
        for tag in ("4f2c9ab", "4f2c9ab", "77d01e2"):
            assert main(PIPELINES, ["register", "--host", host, "--pipelines", str(compiled), "--tag", tag]) == 0
    for name in PIPELINES:
        versions = registered[f"frontrow-{name}"]
        assert set(versions) == {f"frontrow-{name}", f"{name} 4f2c9ab", f"{name} 77d01e2"}
        assert (compiled / f"{name}.yaml").read_bytes() in versions[f"{name} 77d01e2"]


def test_a_missing_file_is_named_before_anything_is_registered(
    compiled: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (compiled / "refresh.yaml").unlink()
    options = ["--host", "http://127.0.0.1:9", "--pipelines", str(compiled), "--tag", "4f2c9ab"]
    assert main(PIPELINES, ["register", *options]) == 2
    assert "refresh.yaml: not there" in capsys.readouterr().err
