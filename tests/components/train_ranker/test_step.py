"""The whole step: what it writes, what it refuses, and that a refusal writes nothing."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy
import pytest
import tensorflow
from tensorflow.core.protobuf.fingerprint_pb2 import FingerprintDef

from components.train_ranker.export import repeat_fingerprint
from components.train_ranker.replay import replay_here, replay_in_fresh_process
from components.train_ranker.sample_requests import SLATES
from components.train_ranker.step import largest_event_time, train_ranker
from components.train_ranker.train import train_one
from components.train_ranker.warm_start import open_earlier
from components.train_ranker.warm_up import WARM_UP_FILE, WarmUpRequest, read_warm_up, write_warm_up
from schemas.errors import ContractError
from schemas.example_artifact import ExampleArtifact
from schemas.instants import parse_instant
from schemas.ranker_artifact import SERVED_RANKER, RankerArtifact
from tests.components.train_ranker.conftest import SMALL, new_report
from tests.components.train_ranker.example_artifacts import AS_OF, World, write_artifact


def run(examples: Path, output: Path, **arguments: Any) -> None:
    defaults: dict[str, Any] = {"with_graph": True, "settings": SMALL, "report": new_report()}
    train_ranker(examples=examples, output=output, **{**defaults, **arguments})


def edit_meta(folder: Path, **details: Any) -> None:
    path = folder / "meta.json"
    meta = json.loads(path.read_text())
    meta["details"] |= details
    path.write_text(json.dumps(meta))


def test_the_artifact_tells_what_it_is(trained: RankerArtifact, examples: ExampleArtifact) -> None:
    meta, details = trained.meta, trained.details
    assert meta.as_of_instant == AS_OF
    assert meta.space == details.space == examples.details.space
    assert meta.largest_event_time is not None
    assert parse_instant(meta.largest_event_time) < AS_OF
    assert details.seeds == (1,)
    assert details.features[0] == "hour"
    assert "slot" not in details.features
    assert len(details.curves[0].training_loss) == len(details.curves[0].validation_loss) == SMALL.epochs
    assert all(math.isfinite(loss) for loss in details.curves[0].validation_loss)
    assert meta.counts["parameters"] == details.parameters > 0
    assert trained.weights().is_file()
    served = json.loads((trained.saved_model() / SERVED_RANKER).read_text(encoding="utf-8"))
    assert served == {"space": meta.space, "as_of": meta.as_of}


def test_warm_up_requests_hold_both_served_signatures_and_the_whole_table(trained: RankerArtifact) -> None:
    requests = read_warm_up(trained.saved_model())
    ranked = len(SLATES) + 2
    assert [request.signature for request in requests] == ["rank"] * ranked + ["score"] * SMALL.replayed_requests
    assert len(requests[ranked - 1].expected) == World().contents
    for request in requests:
        assert ((request.expected > 0) & (request.expected < 1)).all()


def test_the_fingerprint_of_the_same_model_is_the_same(trained: RankerArtifact, tmp_path: Path) -> None:
    """TensorFlow draws its identifier anew at every export."""
    written = (trained.saved_model() / "fingerprint.pb").read_bytes()
    drawn = FingerprintDef.FromString(written)
    for field, same in ({"uuid": "1"}, True), ({"saved_model_checksum": 2}, False):
        drawn.MergeFrom(FingerprintDef(**field))
        (tmp_path / "fingerprint.pb").write_bytes(drawn.SerializeToString())
        repeat_fingerprint(tmp_path)
        assert ((tmp_path / "fingerprint.pb").read_bytes() == written) == same


def test_an_export_that_scores_differently_is_refused(trained: RankerArtifact, tmp_path: Path) -> None:
    folder = tmp_path / "saved_model"
    shutil.copytree(trained.saved_model(), folder)
    replay_here([folder])
    requests = read_warm_up(folder)
    moved = [WarmUpRequest(r.signature, r.inputs, (r.expected + 2e-5).astype(numpy.float32)) for r in requests]
    (folder / WARM_UP_FILE).unlink()
    write_warm_up(folder, moved)
    with pytest.raises(ContractError, match=r"does not replay.*warm-up request 0"):
        replay_in_fresh_process([folder])


def test_examples_without_training_rows_or_clicks_are_refused(examples: ExampleArtifact, tmp_path: Path) -> None:
    for details, named in [
        ({"requests": {"train": 0, "validation": 1}}, "train split has 0"),
        ({"requests": {"train": 1, "validation": 0}}, "validation split has 0"),
        ({"clicks": {"train": 0}}, "0 of"),
    ]:
        folder = tmp_path / "examples"
        shutil.copytree(examples.folder, folder)
        edit_meta(folder, **details)
        with pytest.raises(ContractError, match=named):
            run(folder, tmp_path / "ranker")
        shutil.rmtree(folder)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", ["number of records", "bytes"])
def test_damaged_records_are_refused_and_nothing_is_written(
    examples: ExampleArtifact, tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / "examples"
    shutil.copytree(examples.folder, folder)
    if damage == "bytes":
        path = folder / "train" / "part-00000.tfrecord"
        content = bytearray(path.read_bytes())
        content[5000] ^= 0xFF
        path.write_bytes(content)
    else:
        requests = {**examples.details.requests, "train": examples.details.requests["train"] + 1}
        edit_meta(folder, requests=requests)
    with pytest.raises(ContractError, match="unreadable records"):
        run(folder, tmp_path / "ranker")
    assert [path.name for path in tmp_path.iterdir()] == ["examples"]


def test_an_earlier_ranker_lends_its_weights(trained: RankerArtifact, examples: ExampleArtifact) -> None:
    """With next to no learning, a warm start ends where the earlier ranker ended: it learns at a share of the rate."""
    still = SMALL.model_copy(update={"epochs": 1, "learning_rate": 1.0, "warm_start_learning_rate_share": 1e-12})
    earlier = open_earlier(trained.folder, examples, AS_OF, with_graph=True, settings=still)
    _, warm = train_one(examples, True, still, seed=5, earlier=earlier)
    ended = min(trained.details.curves[0].validation_loss)
    assert warm.validation_loss[0] == pytest.approx(ended, abs=1e-5)


def test_a_warm_start_knows_what_the_earlier_ranker_knew(
    trained: RankerArtifact, examples: ExampleArtifact, tmp_path: Path
) -> None:
    """A champion is compared on rows later than this: an earlier ranker may have seen younger rows of the same day."""
    own = trained.meta.largest_event_time
    assert own is not None
    assert largest_event_time(examples, None) == largest_event_time(examples, trained) == own
    shutil.copytree(trained.folder, tmp_path / "later")
    meta = json.loads((tmp_path / "later" / "meta.json").read_text())
    youngest = "2026-03-08T23:59:59.999999Z"
    (tmp_path / "later" / "meta.json").write_text(json.dumps(meta | {"largest_event_time": youngest}))
    assert parse_instant(own) < parse_instant(youngest) < AS_OF
    assert largest_event_time(examples, RankerArtifact(tmp_path / "later")) == youngest


def test_an_earlier_ranker_that_does_not_fit_is_refused_naming_both(
    trained: RankerArtifact, examples: ExampleArtifact, tmp_path: Path
) -> None:
    other_space = tmp_path / "other"
    shutil.copytree(examples.folder, other_space)
    edit_meta(other_space, space="space-b")
    younger = tmp_path / "younger"
    shutil.copytree(trained.folder, younger)
    meta = json.loads((younger / "meta.json").read_text())
    (younger / "meta.json").write_text(json.dumps(meta | {"as_of": "2026-03-10T00:00:00Z"}))
    older = tmp_path / "older"
    shutil.copytree(trained.folder, older)
    settings = SMALL.model_dump(mode="json", exclude={"encoding_bins"})
    edit_meta(older, settings=settings)
    cases: list[tuple[Path, Path, dict[str, Any], str]] = [
        (examples.folder, older, {}, "older: its shape (?!.*encoding_bins.* differ).* differ from .*encoding_bins"),
        (other_space, trained.folder, {}, "space-a.*space-b"),
        (examples.folder, trained.folder, {"with_graph": False}, "features.*user_embedding"),
        (examples.folder, trained.folder, {"settings": SMALL.model_copy(update={"rank": 5})}, "rank': 4.*rank': 5"),
        (examples.folder, younger, {}, "2026-03-10.*2026-03-09"),
        (examples.folder, tmp_path / "nowhere", {}, "nowhere"),
    ]
    for source, earlier, arguments, named in cases:
        with pytest.raises(ContractError, match=named):
            run(source, tmp_path / "ranker", warm_start=earlier, **arguments)
    assert not (tmp_path / "ranker").exists()


def test_the_step_refuses_an_artifact_of_another_kind(trained: RankerArtifact, tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="'ranker' artifact, a 'examples' artifact is needed"):
        run(trained.folder, tmp_path / "ranker")


def test_a_record_that_breaks_the_feature_list_is_named(tmp_path: Path) -> None:
    examples = write_artifact(tmp_path / "examples", World(requests={"train": 4, "validation": 4, "test": 1}))
    edit_meta(examples.folder, embedding_size=3)
    with pytest.raises(ContractError, match="user_embedding"):
        run(examples.folder, tmp_path / "ranker")
    assert tensorflow.io.gfile.listdir(str(tmp_path)) == ["examples"]
