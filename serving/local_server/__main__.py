"""The local server from a shell: python -m serving.local_server --help."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import signal
import threading
from pathlib import Path

from components.command_line import exit_code_of
from components.push_ranker.settings import PushSettings
from schemas.settings import parse_settings
from serving.local_server.settings import LocalServerSettings
from serving.page.settings import PageSettings

DESCRIPTION = """\
Serves a pushed folder through TensorFlow Serving's gRPC API: Predict, GetModelMetadata, GetModelStatus,
HandleReloadConfigRequest and gRPC's health service. For development and tests; production runs TensorFlow Serving.
With --run a page shows what the served ranker gives a user beside the ranker without the graph, and why."""


def main(arguments: list[str] | None = None) -> int:
    """Parses the command line and serves until SIGINT or SIGTERM."""
    defaults = LocalServerSettings()
    parser = argparse.ArgumentParser(
        prog="python -m serving.local_server",
        description=DESCRIPTION,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--base", type=Path, required=True, help="pushed folder: versions and models.config")
    parser.add_argument("--port", type=int, default=defaults.port, help="0 takes a free one, which is printed")
    parser.add_argument("--host", default=defaults.host, help="address to listen at")
    parser.add_argument(
        "--poll-seconds", type=float, default=defaults.poll_seconds, help="how often the folder is read again; 0: once"
    )
    parser.add_argument("--workers", type=int, default=defaults.workers, help="requests answered at the same time")
    parser.add_argument(
        "--intra-operation-threads", type=int, default=defaults.intra_operation_threads, help="threads of an operation"
    )
    parser.add_argument(
        "--strict-labels",
        action="store_true",
        help="refuse new labels of versions that are not loaded yet, as TensorFlow Serving does without "
        "--allow_version_labels_for_unavailable_models",
    )
    parser.add_argument("--run", type=Path, help="finished daily run, such as runs/latest, whose users a page shows")
    parser.add_argument("--page-port", type=int, default=PageSettings().port, help="of the page; 0 takes a free one")
    return exit_code_of(lambda: _serve(parser.parse_args(arguments)))


def _serve(options: argparse.Namespace) -> None:
    ours = {name: value for name, value in vars(options).items() if name in LocalServerSettings.model_fields}
    ours["labels_for_unavailable_versions"] = not options.strict_labels
    settings = parse_settings(LocalServerSettings, ours, "command line")
    page_settings = parse_settings(PageSettings, {"port": options.page_port, "host": options.host}, "command line")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # TensorFlow calls the session that TensorFlow Serving uses deprecated.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    from serving.local_server.server import LocalServer  # after the environment: it imports TensorFlow

    finished = threading.Event()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(LocalServer(options.base, settings))
        if options.run is not None:
            from serving.page.server import serve_page  # as above

            model_name = PushSettings().model_name
            address = stack.enter_context(serve_page(options.run, server.target, model_name, page_settings))
            print(f"the page of {options.run} is at {address}", flush=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: finished.set())
        print(f"serving {options.base} at {server.target}", flush=True)
        finished.wait()


if __name__ == "__main__":
    raise SystemExit(main())
