"""The written records hold what a brute-force computation finds, in the right split and order, byte for byte."""

from __future__ import annotations

import base64
import gzip
import shutil
from pathlib import Path

import google_crc32c
import numpy
import pytest
import tensorflow

from components.write_examples.settings import ExampleSettings
from schemas.embedding_versions import read_embedding_versions
from schemas.errors import ContractError
from schemas.example_artifact import SPLITS, ExampleArtifact
from schemas.graph_artifact import NODE_KINDS
from schemas.instants import format_instant, parse_instant
from schemas.ranking_features import ranking_features
from schemas.timeline import Timeline
from tests.components.write_examples.brute_force import BruteForce, assert_equals_brute_force
from tests.components.write_examples.small_world import (
    SETTINGS,
    SPACE,
    TIMELINE,
    World,
    examples_of,
    impressions_frame,
    parsed_records,
    serialized_records,
    world_tables,
    write_world,
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"), world_tables())


@pytest.fixture(scope="module")
def artifact(world: World, tmp_path_factory: pytest.TempPathFactory) -> ExampleArtifact:
    return examples_of(world, tmp_path_factory.mktemp("examples") / "examples")


def test_features_equal_brute_force(artifact: ExampleArtifact, world: World) -> None:
    assert_equals_brute_force(artifact, BruteForce(world, TIMELINE))


def test_features_equal_brute_force_at_a_daily_refresh(tmp_path: Path) -> None:
    timeline = Timeline.from_text(format_instant(TIMELINE.as_of), "1d")
    world = write_world(tmp_path, world_tables(seed=1), timeline)
    assert_equals_brute_force(examples_of(world, tmp_path / "examples", timeline), BruteForce(world, timeline))


def test_the_world_tells_the_rules_apart(artifact: ExampleArtifact) -> None:
    """A brute-force comparison proves nothing for a feature that is the same everywhere."""
    records = [record for split in SPLITS for record in parsed_records(artifact, split)]
    for feature in ranking_features():
        values = {value for record in records for value in record[feature.name]}
        assert len(values) > 1, f"{feature.name} is {values} in every record"
    assert any(-1 in record["slot"] for record in records)
    assert any(0 in record["device"] for record in records)
    times = [(record["user_id"][0], record["timestamp"][0]) for record in records]
    assert len(set(times)) < len(times), "no user loads two pages at once"
    assert any(record["timestamp"] == record["refresh"] for record in records)
    assert any(record["user_orders"] == [25] for record in records)


def test_splits_are_by_time(artifact: ExampleArtifact) -> None:
    times = {split: [record["timestamp"][0] for record in parsed_records(artifact, split)] for split in SPLITS}
    assert TIMELINE.network_end <= times["train"][0]
    assert times["train"][-1] < times["validation"][0]
    assert times["validation"][-1] < TIMELINE.as_of <= times["test"][0]
    assert times["test"][-1] < TIMELINE.test_end
    share = len(times["validation"]) / (len(times["train"]) + len(times["validation"]))
    assert share == pytest.approx(SETTINGS.validation_share, abs=0.05)


def test_records_are_byte_identical_to_tensorflows(artifact: ExampleArtifact, tmp_path: Path) -> None:
    for path in [*artifact.folder.rglob("*.tfrecord")]:
        records = [record.numpy() for record in tensorflow.data.TFRecordDataset(str(path))]
        assert records
        with tensorflow.io.TFRecordWriter(str(tmp_path / path.name)) as writer:
            for record in records:
                example = tensorflow.train.Example.FromString(record)
                writer.write(example.SerializeToString(deterministic=True))
        assert path.read_bytes() == (tmp_path / path.name).read_bytes()


def test_a_second_run_writes_the_same_bytes(artifact: ExampleArtifact, world: World, tmp_path: Path) -> None:
    again = examples_of(world, tmp_path / "examples")
    names = sorted(path.relative_to(again.folder) for path in again.folder.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(artifact.folder) for path in artifact.folder.rglob("*") if path.is_file())
    assert all((again.folder / name).read_bytes() == (artifact.folder / name).read_bytes() for name in names)


@pytest.mark.parametrize("candidates_per_file", [1, 10**6])
def test_the_size_of_files_changes_no_record(
    artifact: ExampleArtifact, world: World, tmp_path: Path, candidates_per_file: int
) -> None:
    other = examples_of(world, tmp_path / "examples", settings=ExampleSettings(candidates_per_file=candidates_per_file))
    for split in SPLITS:
        assert serialized_records(other, split) == serialized_records(artifact, split)
    assert len(other.records("test")) == (1 if candidates_per_file > 1 else other.details.requests["test"])


def test_meta_says_what_a_reader_needs(artifact: ExampleArtifact, world: World) -> None:
    details, records = artifact.details, {split: parsed_records(artifact, split) for split in SPLITS}
    assert artifact.meta.as_of_instant == TIMELINE.as_of
    assert artifact.meta.space == details.space == SPACE
    assert details.requests == {split: len(records[split]) for split in SPLITS}
    assert details.candidates == {split: sum(len(row["clicked"]) for row in records[split]) for split in SPLITS}
    assert details.clicks == {split: sum(sum(row["clicked"]) for row in records[split]) for split in SPLITS}
    assert details.vocabularies == {"kind": ("article", "carousel", "video"), "device": ("desktop", "phone")}
    assert details.embedding_size == 3
    assert details.refresh == TIMELINE.refresh
    assert details.prior_click_rate == pytest.approx(BruteForce(world, TIMELINE).prior)
    assert details.training_slate_size == numpy.median([row["slate_size"][0] for row in records["train"]])
    assert artifact.meta.counts["test_clicks"] == details.clicks["test"]


def test_the_manifest_lists_every_record_file(artifact: ExampleArtifact) -> None:
    paths = {str(path.relative_to(artifact.folder)): path for path in artifact.folder.rglob("*.tfrecord*")}
    assert sorted(artifact.details.files) == sorted(paths)
    for name, path in paths.items():
        listed, data = artifact.details.files[name], path.read_bytes()
        assert listed.records == sum(1 for _ in tensorflow.data.TFRecordDataset(str(path)))
        assert listed.bytes == len(data)
        assert base64.b64decode(listed.crc32c) == google_crc32c.value(data).to_bytes(4, "big")


def test_gzip_changes_no_record_and_two_runs_write_the_same_bytes(
    artifact: ExampleArtifact, world: World, tmp_path: Path
) -> None:
    settings = ExampleSettings(candidates_per_file=60, compression="gzip")
    first, second = (examples_of(world, tmp_path / name, settings=settings) for name in ("first", "second"))
    assert not list(first.folder.rglob("*.tfrecord"))
    assert first.details.files == second.details.files
    for split in SPLITS:
        assert serialized_records(first, split) == serialized_records(artifact, split)
    for kind in NODE_KINDS:
        data = gzip.decompress((first.folder / "embeddings" / f"{kind}.tfrecord.gz").read_bytes())
        assert data == (artifact.folder / "embeddings" / f"{kind}.tfrecord").read_bytes()


def test_readers_refuse_record_files_that_are_not_the_manifests(artifact: ExampleArtifact, tmp_path: Path) -> None:
    copy = ExampleArtifact(shutil.copytree(artifact.folder, tmp_path / "copy"))
    path = copy.records("train")[1]
    data = path.read_bytes()
    for damage in (lambda: path.write_bytes(data[:-1]), path.unlink):
        damage()
        with pytest.raises(ContractError, match=r"1 record files differ from meta\.json, for example train/part-00001"):
            copy.records("train")
    path.write_bytes(data)
    path.with_name("part-99999.tfrecord").write_bytes(data)
    with pytest.raises(ContractError, match=f"train/part-99999.tfrecord: {len(data)} bytes, listed with no;"):
        copy.records("train")
    assert copy.records("test")


def test_meta_and_versions_say_what_the_leak_audit_needs(artifact: ExampleArtifact, world: World) -> None:
    spans = {split: [parse_instant(border) for border in span] for split, span in artifact.details.split_spans.items()}
    validation = parsed_records(artifact, "validation")[0]["timestamp"][0]
    assert spans == {
        "train": [TIMELINE.network_end, validation],
        "validation": [validation, TIMELINE.as_of],
        "test": [TIMELINE.as_of, TIMELINE.test_end],
    }
    times = impressions_frame(world.tables)["time"]
    youngest = times[times < TIMELINE.network_end].max()
    assert artifact.details.largest_prior_event_time == format_instant(youngest)
    seen = {record["refresh"][0] for split in SPLITS for record in parsed_records(artifact, split)}
    versions = read_embedding_versions(artifact.embedding_versions)
    assert [version.as_of for version in versions] == sorted(seen | {TIMELINE.as_of})
    for version in versions:
        assert version.largest_event_time == version.as_of - 1
        assert (version.weights, version.weights_known_before) == (SPACE, TIMELINE.network_end)
