"""Inputs that do not belong together, or are damaged, are refused, and nothing is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from schemas.artifact_meta import FILE_NAME
from schemas.errors import ContractError
from tests.components.evaluate_ranker.conftest import TinyRun
from tests.components.evaluate_ranker.recomputed import run_again
from tests.components.evaluate_ranker.tiny_examples import TinyWorld, write_tiny_examples
from tests.components.evaluate_ranker.tiny_networks import write_tiny_network
from tests.components.evaluate_ranker.tiny_rankers import write_tiny_ranker


def test_other_space_is_refused_naming_both(tiny_run: TinyRun, tmp_path: Path) -> None:
    foreign = write_tiny_ranker(tmp_path / "foreign", True, 1.4, space="elsewhere", seeds=(1, 2))
    with pytest.raises(ContractError, match=r"space elsewhere.*space tiny"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=foreign)
    assert not (tmp_path / "evaluation").exists()


def test_a_network_of_the_space_that_made_no_embedding_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    """Networks of several days share a space; the report must show the curves of one that made the embeddings."""
    examples, network = tmp_path / "examples", write_tiny_network(tmp_path / "network")
    shutil.copytree(tiny_run.examples, examples)
    for folder, weights in ((examples, ["of-yesterday", "of-today"]), (network, "of-tomorrow")):
        meta = json.loads((folder / FILE_NAME).read_text())
        meta["details"]["weights"] = weights
        (folder / FILE_NAME).write_text(json.dumps(meta))
    with pytest.raises(ContractError, match=r"weights of-tomorrow .* weights of-yesterday, of-today of the same space"):
        run_again(tiny_run, tmp_path / "evaluation", examples=examples, network=network)
    assert not (tmp_path / "evaluation").exists()


def test_exchanged_rankers_are_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="exchange the two"):
        run_again(
            tiny_run, tmp_path / "evaluation", with_graph=tiny_run.without_graph, without_graph=tiny_run.with_graph
        )


def test_a_ranker_that_knows_the_test_days_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    later = write_tiny_ranker(tmp_path / "later", True, 1.4, seeds=(1, 2), as_of="2026-03-10T00:00:00Z")
    with pytest.raises(ContractError, match=r"2026-03-10T00:00:00Z is later than 2026-03-09T00:00:00Z"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=later)


def test_different_seeds_are_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    other = write_tiny_ranker(tmp_path / "other", True, 1.4, seeds=(3,))
    with pytest.raises(ContractError, match="same seeds"):
        run_again(tiny_run, tmp_path / "evaluation", with_graph=other)


def test_no_test_record_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    empty = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=3))
    next((empty / "test").glob("*.tfrecord")).unlink()
    with pytest.raises(ContractError, match=r"holds 0 requests, meta\.json says 3"):
        run_again(tiny_run, tmp_path / "evaluation", examples=empty)


def test_a_damaged_file_is_refused(tiny_run: TinyRun, tmp_path: Path) -> None:
    damaged = write_tiny_examples(tmp_path / "examples", TinyWorld(requests=3))
    path = next((damaged / "test").glob("*.tfrecord"))
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(ContractError, match="write the examples anew"):
        run_again(tiny_run, tmp_path / "evaluation", examples=damaged)
