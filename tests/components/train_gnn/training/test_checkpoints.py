"""A killed training ends with the very bytes of one that was not; another training's checkpoint is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch

from components.train_gnn.settings import NetworkSettings
from components.train_gnn.train import TrainedNetwork, train_network
from components.train_gnn.training import objective
from components.train_gnn.training.checkpoint_folder import FILE_NAME, CheckpointFolder, remove_checkpoints
from components.train_gnn.training_links import ArrangedLinks
from schemas.errors import ContractError
from tests.components.train_gnn.training.pulled_plug import PulledPlugError, pull_the_plug_at
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_settings, tiny_tables


def settings_of(**options: Any) -> NetworkSettings:
    return tiny_settings({"checkpoint_minutes": 0, "patience": 3}, **options)


def train(checkpoints: Path | None, settings: NetworkSettings, seed: int = 0) -> TrainedNetwork:
    return train_network(tiny_tables(seed), NETWORK_END, settings, checkpoints)


def assert_same(one: TrainedNetwork, other: TrainedNetwork) -> None:
    states = one.network.state_dict(), other.network.state_dict()
    assert states[0].keys() == states[1].keys()
    for name in states[0]:
        assert states[0][name].numpy().tobytes() == states[1][name].numpy().tobytes(), name
    assert one.curves == other.curves
    assert one.held_out_score.tobytes() == other.held_out_score.tobytes()
    assert one.kept_epoch == other.kept_epoch


@pytest.mark.parametrize(
    ("batch", "minutes"),
    [(5, 0.0), (14, 0.0), (14, 1_000.0)],
    ids=["first epoch", "second epoch", "second epoch, back to its start"],
)
def test_a_killed_training_ends_as_if_it_had_not_been(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, minutes: float
) -> None:
    """Each epoch has nine batches."""
    settings = tiny_settings({"checkpoint_minutes": minutes, "patience": 3})
    whole = train(None, settings)
    with monkeypatch.context() as patch:
        pull_the_plug_at(patch, batch)
        with pytest.raises(PulledPlugError):
            train(tmp_path, settings)
    saved = torch.load(tmp_path / FILE_NAME, weights_only=True)["values"]["progress"]
    expected = divmod(batch - 1, 9) if minutes == 0 else (1, 0)
    assert (saved["epoch"], saved["batch"]) == expected
    torch.manual_seed(12345)  # a new process starts with other states
    assert_same(train(tmp_path, settings), whole)


def test_random_layers_go_on_with_their_own_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoders of today draw nothing while training; those with dropout will."""
    honest = objective.Objective.forward

    def forward(
        self: objective.Objective, batch: Any, arranged: ArrangedLinks
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        loss, logit, dot_product = honest(self, batch, arranged)
        return loss * (1 + torch.rand(())) if self.training else loss, logit, dot_product

    monkeypatch.setattr(objective.Objective, "forward", forward)
    test_a_killed_training_ends_as_if_it_had_not_been(tmp_path, monkeypatch, 14, 0.0)


@pytest.mark.parametrize(
    ("options", "seed", "told"),
    [
        ({"learning_rate": 0.5}, 0, r"settings\.learning_rate was 0\.003 and is 0\.5"),
        ({}, 1, r"graph was '[0-9a-f]{16}' and is '[0-9a-f]{16}'"),
    ],
)
def test_another_trainings_checkpoint_is_refused_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], seed: int, told: str
) -> None:
    with monkeypatch.context() as patch:
        pull_the_plug_at(patch, 3)
        with pytest.raises(PulledPlugError):
            train(tmp_path, settings_of())
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(ContractError, match=told):
        train(tmp_path, settings_of(**options), seed)
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"half a file")
    with pytest.raises(ContractError, match="not a checkpoint"):
        train(tmp_path, settings_of())


def test_an_interrupted_write_leaves_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CheckpointFolder(tmp_path, {"settings": {"seed": 1}})
    folder.write({"epoch": 1})

    def save(_: object, file: Any) -> None:
        file.write(b"half")
        raise PulledPlugError

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", save)
        with pytest.raises(PulledPlugError):
            folder.write({"epoch": 2})
    assert folder.read() == {"epoch": 1}


def test_removal_spares_what_is_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    remove_checkpoints(folder)
    CheckpointFolder(folder, {}).write({})
    (folder / "notes.txt").write_text("mine")
    remove_checkpoints(folder)
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    (folder / "notes.txt").unlink()
    remove_checkpoints(folder)
    assert not folder.exists()


ENDLESS = """
import sys
from pathlib import Path
import torch
from components.train_gnn.settings import NetworkSettings
from components.train_gnn.train import train_network
from tests.components.train_gnn.training.pulled_plug import PulledPlugError, pull_the_plug_at
from tests.components.train_gnn.training.tiny_training import NETWORK_END, tiny_tables
torch.set_num_threads(1)
train_network(tiny_tables(), NETWORK_END, NetworkSettings.model_validate_json(sys.argv[2]), Path(sys.argv[1]))
"""


def test_a_process_killed_by_the_system(tmp_path: Path) -> None:
    """SIGKILL at whatever it is doing; a new process goes on to the bytes of an undisturbed one."""
    settings = settings_of(epochs=4, batch_links=16)
    command = [sys.executable, "-c", ENDLESS, str(tmp_path), settings.model_dump_json()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / FILE_NAME).is_file():
            assert process.poll() is None, "it ended before its first checkpoint"
            assert time.monotonic() < deadline
            time.sleep(0.005)
        time.sleep(0.1)
        assert process.poll() is None, "it must be killed while it works"
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    saved = torch.load(tmp_path / FILE_NAME, weights_only=True)["values"]["progress"]
    assert (saved["epoch"], saved["batch"]) > (0, 0)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert_same(train(tmp_path, settings), train(None, settings))
    finally:
        torch.set_num_threads(threads)
