"""A challenger against its champion through the whole step, as exported models."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from schemas.artifact_meta import FILE_NAME, read_meta
from schemas.errors import ContractError
from tests.components.evaluate_ranker.conftest import TinyRun
from tests.components.evaluate_ranker.recomputed import aucs, records_of, run_again
from tests.components.evaluate_ranker.tiny_examples import TinyWorld, write_tiny_examples
from tests.components.evaluate_ranker.tiny_rankers import write_tiny_ranker


@pytest.fixture(scope="module")
def champions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One that knows less than the challenger of the tiny run, one that knows more."""
    folder = tmp_path_factory.mktemp("champions")
    earlier = "2026-03-08T00:00:00Z"
    return {
        "weak": write_tiny_ranker(folder / "weak", True, 0.9, as_of=earlier),
        "strong": write_tiny_ranker(folder / "strong", True, 1.5, as_of=earlier),
    }


def failed(body: dict[str, Any]) -> list[str]:
    return [check["name"] for check in body["verdict"]["checks"] if not check["passed"]]


def test_a_challenger_that_holds_against_its_champion_is_blessed(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    body = run_again(tiny_run, tmp_path / "evaluation", champion=champions["weak"])
    assert failed(body) == []
    assert (body["verdict"]["outcome"], body["challenge"]["reference"]) == ("blessed", "champion")
    records = records_of(tiny_run.examples)
    expected = 100 * (aucs(records, 1.4)[1] - aucs(records, 0.9)[1])
    assert body["challenge"]["difference"]["auc_per_request"]["value"] == pytest.approx(expected, abs=1e-4)
    assert set(body["beyond_accuracy"]["rankers"]) == {"popularity", "without_graph", "with_graph", "champion"}
    assert set(read_meta(tmp_path / "evaluation", "evaluation").inputs) >= {"champion", "with_graph"}


def test_a_challenger_that_loses_to_its_champion_is_refused(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    """As exported models, through the whole step; the challenger of 0.2 has forgotten the users' taste."""
    forgetful = write_tiny_ranker(tmp_path / "forgetful", True, 0.2, seeds=(1, 2))
    body = run_again(tiny_run, tmp_path / "evaluation", champion=champions["strong"], with_graph=forgetful)
    assert {"not_worse_auc_per_request", "not_worse_log_loss"} <= set(failed(body))
    assert "slice:warm_users" in failed(body)
    assert body["verdict"]["outcome"] == "refused"


def test_rows_before_the_champions_as_of_are_not_compared(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    """A champion that is younger than the examples: only what came after its training counts."""
    young = tmp_path / "young"
    shutil.copytree(champions["weak"], young)
    meta = json.loads((young / FILE_NAME).read_text())
    (young / FILE_NAME).write_text(json.dumps(meta | {"as_of": "2026-03-09T04:00:00Z"}))
    body = run_again(tiny_run, tmp_path / "evaluation", champion=young)
    assert body["challenge"]["first_row"] == "2026-03-09T04:00:00Z"
    assert body["challenge"]["requests"] == 60
    assert body["verdict"]["outcome"] == "deferred"
    assert "enough_clicks" in failed(body)


def test_earlier_test_rows_are_pooled_where_the_newest_are_too_few(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    few = write_tiny_examples(tmp_path / "few", TinyWorld(requests=30, first_request=400), seed=8)
    changes = {"examples": few, "champion": champions["weak"]}
    alone = run_again(tiny_run, tmp_path / "alone", **changes)
    assert alone["verdict"]["outcome"] == "deferred"
    pooled = run_again(tiny_run, tmp_path / "pooled", **changes, earlier_examples=[tiny_run.examples])
    assert pooled["challenge"]["clicks"] >= 400 > alone["challenge"]["clicks"]
    assert 0 < pooled["challenge"]["pooled_refreshes"] <= 10
    assert "enough_clicks" not in failed(pooled)
    assert "earlier_examples_0" in read_meta(tmp_path / "pooled", "evaluation").inputs


def test_a_champion_of_another_space_or_vocabulary_is_refused_naming_both(
    tiny_run: TinyRun, champions: dict[str, Path], tmp_path: Path
) -> None:
    other = tmp_path / "other"
    cases = {
        "space": ("elsewhere", "space elsewhere differ from tiny"),
        "vocabularies": ({"kind": ["poem"]}, r"vocabularies .*poem.* differ from .*article"),
        "features": (["shoe_size"], r"reads \['shoe_size'\]"),
    }
    for name, (value, message) in cases.items():
        shutil.copytree(champions["weak"], other)
        meta = json.loads((other / FILE_NAME).read_text())
        meta["details"][name] = value
        (other / FILE_NAME).write_text(json.dumps(meta))
        with pytest.raises(ContractError, match=message):
            run_again(tiny_run, tmp_path / "evaluation", champion=other)
        shutil.rmtree(other)
    assert not (tmp_path / "evaluation").exists()
