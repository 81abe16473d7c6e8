"""10,000 hostile requests to the local server: every one answered with a right status, memory flat.

`python -m benchmarks.hostile_requests [--base <pushed folder>] [--json]`
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import tensorflow
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from benchmarks.figure import Figure, print_figures
from benchmarks.hostile.answering import Attack
from benchmarks.hostile.stream import BETWEEN_LARGE, LARGE, hostile_requests
from benchmarks.server_process import ServerProcess, local_server_process
from components.train_ranker.warm_up import WARM_UP_FILE

SETTLED = 3 * BETWEEN_LARGE * len(LARGE)
"""Requests, the large ones among them, after which the server has taken what memory it needs."""
MOST_GROWTH = 0.05


def valid_request(base: Path) -> predict_pb2.PredictRequest:
    """The first warm-up request of the newest version, without a version of its own."""
    newest = max((path for path in base.glob("*") if path.name.isdecimal()), key=lambda path: int(path.name))
    for record in tensorflow.data.TFRecordDataset(str(newest / WARM_UP_FILE)):
        request = prediction_log_pb2.PredictionLog.FromString(record.numpy()).predict_log.request
        if request.model_spec.signature_name == "rank":
            return request
    raise RuntimeError(f"{newest / WARM_UP_FILE}: no request of the signature 'rank'")


def attack(server: ServerProcess, valid: predict_pb2.PredictRequest, count: int) -> tuple[Attack, list[int]]:
    """Sends the requests.

    Returns:
        What was answered, and the server's memory once it had settled and at the end, bytes.
    """
    sent = Attack(server.target)
    memory = []
    requests = hostile_requests(valid, count)
    for part in (min(SETTLED, count // 2), count):
        sent.send(itertools.islice(requests, part))
        memory.append(server.resident_bytes)
    sent.close()
    return sent, memory


def main(arguments: list[str] | None = None) -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile_requests", description=__doc__)
    parser.add_argument("--base", type=Path, default=Path("runs/latest/serving"), help="pushed folder to serve")
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args(arguments)
    with local_server_process(options.base) as server:
        sent, memory = attack(server, valid_request(options.base), options.requests)
        alive = server.alive
    for (kind, status), count in sorted(sent.kinds.items()):
        print(f"{kind:24}{status:22}{count:6}")
    for words in sent.wrong.values():
        print(f"WRONG: {words}")
    work = f"{options.requests:,} hostile requests"
    settled, last = memory
    figures = [
        Figure(
            "hostile_requests",
            work,
            value=len(sent.wrong),
            unit="kinds of wrong answers",
            reference="kinds of requests and statuses",
            reference_value=len(sent.kinds),
            ratio=len(sent.wrong) / max(1, len(sent.kinds)),
            peak_memory_gb=max(memory) / 1e9,
            goal="every request answered with a right status, the server alive",
            met=alive and not sent.wrong,
        ),
        Figure(
            "hostile_requests_memory",
            work,
            value=last / 1e6,
            unit="MB at the end",
            reference="MB once settled",
            reference_value=settled / 1e6,
            ratio=last / settled,
            peak_memory_gb=max(memory) / 1e9,
            goal=f"at most {MOST_GROWTH:.0%} more",
            met=last <= settled * (1 + MOST_GROWTH),
        ),
    ]
    print_figures(figures, options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
