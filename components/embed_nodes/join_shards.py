"""Joins the shards of embed_nodes into one embedding store: `python -m components.embed_nodes.join_shards`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeVar

import numpy
import pyarrow

from components.command_line import exit_code_of
from schemas.artifact_meta import ArtifactMeta
from schemas.embedding_store import EmbeddingStore, NodeEmbeddings
from schemas.errors import ContractError
from schemas.folders import whole_folder
from schemas.graph_artifact import NODE_KINDS
from schemas.instants import Instant, format_instant
from schemas.step_report import StepReport, step_report

Value = TypeVar("Value")

_OF_ONE_SHARD = ("shard", "shards")
"""What a shard's meta.json says beyond that of the whole."""


def join_shards(*, shards: list[Path], output: Path, report: StepReport) -> None:
    """Joins the shards; the result has the bytes that an undivided run would have written.

    Args:
        shards: Roots of their embedding stores, in any order.
        output: Root of the joined store.
        report: Receives the number of shards, refreshes and vectors.

    Raises:
        ContractError: A shard is missing, is there twice, or was made from something else.
    """
    if not shards:
        raise ContractError("join_shards: no shards were given")
    stores = {folder: EmbeddingStore(folder) for folder in shards}
    space = _agreed("space", {folder: store.space for folder, store in stores.items()})
    instants = _agreed("refreshes", {folder: store.instants() for folder, store in stores.items()})
    ordered = {instant: _ordered(stores, instant) for instant in instants}
    vectors = 0
    with whole_folder(output) as folder:
        joined = EmbeddingStore(folder, space)
        for instant, parts in ordered.items():
            nodes = {kind: _joined([part.read(instant, kind) for part in parts]) for kind in NODE_KINDS}
            counts: dict[str, float] = {kind: float(len(table.ids)) for kind, table in nodes.items()}
            joined.write(instant, nodes, _whole(parts[0].meta(instant)).model_copy(update={"counts": counts}))
            vectors += int(sum(counts.values()))
    report.counts |= {"shards": len(shards), "refreshes": len(instants), "vectors": vectors}


def _ordered(stores: dict[Path, EmbeddingStore], instant: Instant) -> list[EmbeddingStore]:
    """The stores by their shards' numbers, which are all there, once, of one whole."""
    metas = {folder: store.meta(instant) for folder, store in stores.items()}
    for folder, meta in metas.items():
        if not set(_OF_ONE_SHARD) <= set(meta.details):
            raise ContractError(f"{folder}: holds whole embeddings, not a shard; nothing is to be joined to it")
    of = _agreed("number of shards", {folder: meta.details["shards"] for folder, meta in metas.items()})
    _agreed(f"origin of {format_instant(instant)}", {folder: _whole(meta) for folder, meta in metas.items()})
    by_number: dict[int, Path] = {}
    for folder, meta in metas.items():
        number = meta.details["shard"]
        if number in by_number:
            raise ContractError(f"{folder}: is shard {number} of {of}, as is {by_number[number]}; give each once")
        by_number[number] = folder
    missing = [number for number in range(1, of + 1) if number not in by_number]
    if missing:
        raise ContractError(
            f"join_shards: shard {', '.join(map(str, missing))} of {of} is missing among {len(stores)} folders; "
            "run embed_nodes for it"
        )
    return [stores[by_number[number]] for number in range(1, of + 1)]


def _agreed(what: str, values: dict[Path, Value]) -> Value:
    """The one value of all shards; the shard that most others contradict is named."""
    common = max(values.values(), key=lambda value: sum(value == each for each in values.values()))
    for folder, value in values.items():
        if value != common:
            raise ContractError(
                f"{folder}: does not belong to the other shards: its {what} is {value}, theirs {common}"
            )
    return common


def _whole(meta: ArtifactMeta) -> ArtifactMeta:
    """The meta.json of the whole, without counts."""
    details = {key: value for key, value in meta.details.items() if key not in _OF_ONE_SHARD}
    return meta.model_copy(update={"details": details, "counts": {}})


def _joined(tables: list[NodeEmbeddings]) -> NodeEmbeddings:
    hashes = [table.made_from for table in tables if table.made_from is not None]
    return NodeEmbeddings(
        ids=pyarrow.concat_arrays([table.ids for table in tables]),
        embedding=numpy.concatenate([table.embedding for table in tables]),
        views=numpy.concatenate([table.views for table in tables]),
        cold=numpy.concatenate([table.cold for table in tables]),
        made_from=numpy.concatenate(hashes) if len(hashes) == len(tables) else None,
    )


def main() -> int:
    """Parses the arguments and joins the shards."""
    parser = argparse.ArgumentParser(prog="python -m components.embed_nodes.join_shards", description=__doc__)
    parser.add_argument("--shards", type=Path, nargs="+", required=True, help="roots of the shards, in any order")
    parser.add_argument("--output", type=Path, required=True, help="root folder of the joined embeddings")
    arguments = parser.parse_args()

    def action() -> None:
        with step_report("join_shards") as report:
            join_shards(shards=arguments.shards, output=arguments.output, report=report)

    return exit_code_of(action)


if __name__ == "__main__":
    raise SystemExit(main())
