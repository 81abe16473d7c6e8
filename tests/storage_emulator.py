"""Google Cloud Storage for tests: gcp-storage-emulator in a thread, with a record of its requests and faults on demand.

It checks ifGenerationMatch, which the emulator ignores.


def test_something(storage_emulator: StorageEmulator) -> None:  # the fixture of tests/conftest.py
    storage_emulator.upload(folder, "gs://shop/logs")
"""

from __future__ import annotations

import contextlib
import http.server
import io
import json
import re
import socket
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from gcp_storage_emulator.server import RequestHandler, Router
from gcp_storage_emulator.storage import Storage
from google.cloud import storage

from schemas.remote.address import RemoteFolder

CUT = -1
"""In place of a status: the connection breaks when half of the body has gone over it, in either direction."""
LOST = -2
"""In place of a status: the request is carried out, and the connection breaks before the answer."""


class StorageEmulator:
    """A server that forgets everything when the test ends.

    Attributes:
        requests: Method and decoded path of each request, in order.
        fault: Given method and decoded path, the HTTP status to fail with, CUT or LOST; None to serve.
        store: The emulator's objects.
        url: For STORAGE_EMULATOR_HOST.
    """

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.fault: Callable[[str, str], int | None] = lambda _method, _path: None
        self.store = Storage(use_memory_fs=True)
        self.url = ""

    @contextlib.contextmanager
    def serve(self) -> Iterator[None]:
        """Answers requests on a free port until the block ends."""
        server = http.server.HTTPServer(("127.0.0.1", 0), partial(_Handler, self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def upload(self, folder: Path, location: str) -> None:
        """Uploads a folder's files."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.put(f"{location}/{path.relative_to(folder).as_posix()}", path.read_bytes())

    def put(self, url: str, content: bytes, content_encoding: str | None = None) -> None:
        """Stores one object, and its bucket if there is none."""
        bucket_name, _, name = url.removeprefix("gs://").partition("/")
        with contextlib.closing(storage.Client()) as client:
            if self.store.get_bucket(bucket_name) is None:
                client.create_bucket(bucket_name)
            blob = client.bucket(bucket_name).blob(name)
            blob.content_encoding = content_encoding
            blob.upload_from_string(content)

    def rename(self, url: str, name: str) -> None:
        """Lists an object under a name that only the real service would store."""
        bucket, _, before = url.removeprefix("gs://").partition("/")
        self.store.objects[bucket][name] = {**self.store.objects[bucket].pop(before), "name": name}

    def objects(self, location: str) -> dict[str, bytes]:
        """What is stored under a location, by path inside it."""
        folder = RemoteFolder.parse(location)
        names = [name for name in self.store.objects.get(folder.bucket, {}) if name.startswith(folder.prefix)]
        return {name.removeprefix(folder.prefix): self.store.get_file(folder.bucket, name) for name in names}

    def downloads(self) -> set[str]:
        """Names of the objects whose contents were asked for."""
        paths = [request.partition(" ")[2] for request in self.requests if request.startswith("GET /download/")]
        return {urllib.parse.urlsplit(path).path.partition("/o/")[2] for path in paths}


class _Handler(RequestHandler):  # type: ignore[misc]  # the emulator ships no types
    rfile: BinaryIO
    wfile: BinaryIO

    def __init__(self, emulator: StorageEmulator, *arguments: Any) -> None:
        self.emulator = emulator
        super().__init__(emulator.store, *arguments)

    def _answer(self, method: str) -> None:
        path = urllib.parse.unquote(self.path)
        self.emulator.requests.append(f"{method} {path}")
        status = self.emulator.fault(method, path)
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length // 2 if status == CUT else length)
        if len(body) < length:
            # The service forgets a request that does not arrive whole.
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        if status is None and self._precondition_fails(path, body):
            status = http.HTTPStatus.PRECONDITION_FAILED
        if status not in (None, CUT, LOST):
            self.send_error(status)
            return
        connection, answer = self.wfile, io.BytesIO()
        self.rfile, self.wfile = io.BytesIO(body), answer
        Router(self).handle(method)
        self.wfile = connection
        if status is None:
            self.wfile.write(answer.getvalue())
            return
        if status == CUT:
            head, _, content = answer.getvalue().partition(b"\r\n\r\n")
            self.wfile.write(head + b"\r\n\r\n" + content[: len(content) // 2])
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _precondition_fails(self, path: str, body: bytes) -> bool:
        """Whether the service would refuse the request by its ifGenerationMatch, which the emulator ignores."""
        url = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(url.query)
        if "ifGenerationMatch" not in query or "upload_id" in query:
            return False
        bucket, _, name = url.path.partition("/b/")[2].partition("/o")
        name = query["name"][0] if "name" in query else name.removeprefix("/")
        if not name:
            # An upload names the object in its body.
            metadata = re.search(rb"\{.*\}", body)
            name = json.loads(metadata[0])["name"] if metadata else ""
        stored = self.emulator.store.objects.get(bucket, {}).get(name, {})
        return bool(query["ifGenerationMatch"][0] != stored.get("generation", "0"))

    def do_GET(self) -> None:  # noqa: N802  # http.server's name
        self._answer("GET")

    def do_POST(self) -> None:  # noqa: N802
        self._answer("POST")

    def do_PUT(self) -> None:  # noqa: N802
        self._answer("PUT")

    def do_DELETE(self) -> None:  # noqa: N802
        self._answer("DELETE")

    def end_headers(self) -> None:
        """Says how a downloaded object is encoded, as the service does and the emulator does not."""
        bucket, _, name = urllib.parse.urlsplit(self.path).path.partition("/b/")[2].partition("/o/")
        stored = self.emulator.store.objects.get(bucket, {}).get(urllib.parse.unquote(name), {})
        if self.path.startswith("/download/") and stored.get("contentEncoding"):
            self.send_header("Content-Encoding", stored["contentEncoding"])
        super().end_headers()
