"""The benchmark gives figures in the agreed shape, and none where the bytes differ."""

from __future__ import annotations

import json
from pathlib import Path

import numpy
import pytest

from benchmarks import tfrecord_loops, tfrecords
from components.write_examples import tfrecord_file
from schemas.errors import ContractError

SMALL = [
    "--embeddings",
    "300",
    "--requests",
    "12",
    "--loop-embeddings",
    "200",
    "--loop-requests",
    "12",
    "--rounds",
    "2",
]


def run(folder: Path) -> int:
    return tfrecords.main([*SMALL, "--folder", str(folder), "--json"])


def test_figures_of_a_small_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [figure["name"] for figure in figures] == ["tfrecords: embeddings"] * 4 + ["tfrecords: impressions"] * 4
    for figure in figures:
        assert figure["ratio"] == pytest.approx(figure["value"] / figure["reference_value"], abs=0.006)
        held = figure["reference"] == tfrecords.CONSTRUCTED
        assert figure["goal"] == ("at least 20 times" if held else "none, for contrast")
        assert figure["met"] == (not held or figure["ratio"] >= tfrecords.GOAL)
        assert "load average" in figure["work"]
    assert "300 embeddings of 64 floats; the loops wrote the first 200;" in figures[0]["work"]
    assert "240 impressions in requests of 20" in figures[-1]["work"]
    assert not list(tmp_path.iterdir())


def test_a_wrong_checksum_gives_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tfrecord_file, "MASK_DELTA", tfrecord_file.MASK_DELTA + 1)
    tfrecord_file._head.cache_clear()
    try:
        assert run(tmp_path) == 2
    finally:
        tfrecord_file._head.cache_clear()
    output = capsys.readouterr()
    assert "bulk writing differs from a loop over tf.train.Example(features=...) at byte 8;" in output.err
    assert output.out == ""


@pytest.mark.parametrize("loop", ["write_constructed", "write_filled"])
def test_a_single_other_number_gives_no_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, loop: str
) -> None:
    """The last view count that the loop writes, one more than what bulk writing wrote."""
    write = getattr(tfrecord_loops, loop)

    def other(path: Path, columns: dict[str, tfrecord_loops.LoopColumn]) -> None:
        views = columns["views"]
        numbers = numpy.array(views.values)
        numbers[-1] += 1
        write(path, columns | {"views": tfrecord_loops.LoopColumn(numbers, views.offsets)})

    monkeypatch.setattr(tfrecords, loop, other)
    assert run(tmp_path) == 2
    output = capsys.readouterr()
    assert "bulk writing differs from a loop" in output.err
    assert output.out == ""


def test_a_file_that_ends_early_or_late_is_told_apart(tmp_path: Path) -> None:
    bulk, loop = tmp_path / "bulk", tmp_path / "loop"
    loop.write_bytes(b"12345678")
    bulk.write_bytes(b"1234567")
    with pytest.raises(ContractError, match="differs from the loop at byte 7;"):
        tfrecords.require_same_bytes(bulk, loop, "the loop", whole=False)
    bulk.write_bytes(b"123456789")
    tfrecords.require_same_bytes(bulk, loop, "the loop", whole=False)
    with pytest.raises(ContractError, match="differs from the loop at byte 8;"):
        tfrecords.require_same_bytes(bulk, loop, "the loop", whole=True)
