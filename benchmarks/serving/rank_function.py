"""The `rank` function of an export on one core, beside `score`; in a process of its own, which imports TensorFlow.

Both are called as the local server calls them: from numpy's arrays to numpy's arrays, without a message.
`python -m benchmarks.serving.rank_function <SavedModel> <result.json>` measures, and writes what a client asks with.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy
import numpy.typing

if TYPE_CHECKING:
    from serving.local_server.signature import Signature

CANDIDATES = 2_000
REPEATS, UNTIMED = 300, 20


@dataclasses.dataclass(frozen=True)
class RankFunction:
    """What was measured of an export.

    Attributes:
        rank_milliseconds: Median of one `rank` request.
        score_milliseconds: Median of one `score` request with as many candidates.
        peak_memory_gb: Of the process, in 10^9 bytes.
        request: The largest warm-up request to `rank` as lists, with CANDIDATES candidates.
    """

    rank_milliseconds: float
    score_milliseconds: float
    peak_memory_gb: float
    request: dict[str, Any]


def measure_rank_function(saved_model: Path, folder: Path) -> RankFunction:
    """Measures an export in a fresh process.

    Args:
        saved_model: The export.
        folder: For the result.
    """
    result = folder / "rank_function.json"
    subprocess.run(
        [sys.executable, "-m", "benchmarks.serving.rank_function", str(saved_model), str(result)], check=True
    )
    return RankFunction(**json.loads(result.read_text(encoding="utf-8")))


def _measure(saved_model: Path) -> RankFunction:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    # After the choice of the core: TensorFlow's threads inherit it.
    from components.train_ranker.warm_up import read_warm_up
    from serving.local_server.saved_model import SavedModel

    model = SavedModel(saved_model, intra_operation_threads=1)
    ranked = [request for request in read_warm_up(saved_model) if request.signature == "rank"]
    request = max(ranked, key=lambda one: len(one.expected)).inputs
    request = {**request, "content_ids": numpy.resize(request["content_ids"], CANDIDATES)}
    # In turn, so that what else the machine does meets both.
    taken: dict[str, list[float]] = {"rank": [], "score": []}
    signatures = {name: model.signatures[name] for name in taken}
    inputs = {
        "rank": [request[one.alias] for one in signatures["rank"].inputs],
        "score": _score_inputs(signatures["score"]),
    }
    for _ in range(UNTIMED + REPEATS):
        for name, signature in signatures.items():
            started = time.perf_counter()
            model.call(signature, inputs[name], tuple(signature.outputs))
            taken[name].append(1000 * (time.perf_counter() - started))
    rank, score = (statistics.median(taken[name][UNTIMED:]) for name in ("rank", "score"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return RankFunction(rank, score, peak, {name: _listed(value) for name, value in request.items()})


def _score_inputs(signature: Signature) -> list[numpy.typing.NDArray[numpy.generic]]:
    """Arbitrary features: `score` takes as long whatever they are."""
    import tensorflow

    generator = numpy.random.default_rng(0)
    inputs = []
    for one in signature.inputs:
        shape = [CANDIDATES if size == -1 else size for size in one.sizes or ()]
        kind = tensorflow.dtypes.as_dtype(one.data_type).as_numpy_dtype
        inputs.append(numpy.asarray(generator.random(shape)).astype(kind))
    return inputs


def _listed(value: numpy.typing.NDArray[numpy.generic]) -> Any:
    """As JSON holds it."""
    if value.dtype.kind in "OS":
        texts = [text.decode() for text in value.ravel().tolist()]
        return texts if value.ndim else texts[0]
    return value.tolist()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("saved_model", type=Path)
    parser.add_argument("result", type=Path)
    options = parser.parse_args()
    found = _measure(options.saved_model)
    options.result.write_text(json.dumps(dataclasses.asdict(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
