"""A checkpoint is read back unchanged, and a damaged or foreign file is rejected with its reason."""

from __future__ import annotations

import json
import os
from dataclasses import fields, replace
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from nncore.errors import ModelFileError
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import load_model
from nncore.training import Training, TrainingConfig
from nncore.training.checkpoint import Checkpoint
from nncore.training.events import EpochDone
from nncore.training.history import History
from tests.nncore.mutation import Mutation, mutated, mutations
from tests.nncore.runs import few_digits, fresh_network
from tests.nncore.saved_run import (
    TRAINED_WITH,
    check_read_or_rejected,
    checkpoint,
    error_message,
    header_of,
    members_of,
    with_header,
    with_members,
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    save_checkpoint(checkpoint(), tmp_path / "run.npz")
    return tmp_path / "run.npz"


def assert_same(one: Checkpoint, other: Checkpoint) -> None:
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        np.testing.assert_array_equal(other.arrays[name], array)
        assert other.arrays[name].dtype == np.float32
    for field in fields(Checkpoint):
        if field.name != "arrays":
            assert getattr(one, field.name) == getattr(other, field.name), field.name


def test_a_checkpoint_is_read_back_unchanged(saved: Path) -> None:
    assert checkpoint().counters.steps_in_epoch == 2
    assert set(checkpoint().arrays) == {"values", "good_values", "best_values", "optimizer_memory"}
    assert_same(load_checkpoint(saved), checkpoint())


def test_the_checkpoint_of_a_new_run_is_read_back_unchanged(tmp_path: Path) -> None:
    new_run = Training(fresh_network(), few_digits(), TrainingConfig(optimizer="sgd", seed=2**63 - 1)).checkpoint()
    assert new_run.counters.best_loss == inf
    save_checkpoint(new_run, tmp_path / "run.npz")
    assert_same(load_checkpoint(tmp_path / "run.npz"), new_run)


@pytest.mark.parametrize("setting", ["clip_norm", "seconds"])
def test_an_infinite_time_limit_is_stored_as_none(tmp_path: Path, setting: str) -> None:
    config = TrainingConfig(**{setting: inf})  # type: ignore[arg-type]
    save_checkpoint(Training(fresh_network(), few_digits(), config).checkpoint(), tmp_path / "run.npz")
    assert getattr(load_checkpoint(tmp_path / "run.npz").config, setting) is None


def test_a_huge_batch_size_is_read_back_unchanged(tmp_path: Path) -> None:
    training = Training(fresh_network(), few_digits(), TrainingConfig(batch_size=2**63 - 1, epochs=1, steps=2**63 - 1))
    list(training.events())
    save_checkpoint(training.checkpoint(), tmp_path / "run.npz")
    assert load_checkpoint(tmp_path / "run.npz").config.batch_size == 2**63 - 1


def test_a_long_history_is_read_back_unchanged(tmp_path: Path) -> None:
    history = History()
    for epoch in range(1, 3334):
        history.append(EpochDone(epoch, epoch, 1 / epoch, 0.5, None, None, 1e5, 0.1))
    counters = replace(
        checkpoint().counters, step=3333 * 3, epoch=3333, epochs_done=3333, epoch_is_open=False, steps_in_epoch=3,
        samples_in_epoch=190,
    )  # fmt: skip
    long = replace(
        checkpoint(), history=history.rows(), counters=counters, optimizer_steps=9999,
        config=replace(TRAINED_WITH, epochs=5000),
    )  # fmt: skip
    save_checkpoint(long, tmp_path / "run.npz")
    loaded = load_checkpoint(tmp_path / "run.npz").history
    assert loaded == history.rows()
    assert History(loaded).rows() == loaded


def test_the_same_run_gives_the_same_bytes_and_numpy_alone_opens_it(tmp_path: Path, saved: Path) -> None:
    save_checkpoint(checkpoint(), tmp_path / "again.npz")
    assert saved.read_bytes() == (tmp_path / "again.npz").read_bytes()
    with np.load(saved, allow_pickle=False) as members:
        np.testing.assert_array_equal(members["values"], checkpoint().arrays["values"])
        assert json.loads(members["header.json"])["format"] == "digitlab-run"


def test_the_old_checkpoint_stays_if_saving_fails(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(ModelFileError, match=r"run\.npz: could not be saved \(No space left on device\)"):
        save_checkpoint(checkpoint(), saved)
    assert saved.read_bytes() == before


@pytest.mark.parametrize("name", ["values", "good_values", "best_values", "optimizer_memory"])
def test_a_diverged_run_does_not_replace_a_valid_checkpoint(saved: Path, name: str) -> None:
    before, broken = saved.read_bytes(), checkpoint().arrays[name].copy()
    broken.flat[3] = nan
    with pytest.raises(ModelFileError, match="some of its weights are not finite"):
        save_checkpoint(replace(checkpoint(), arrays={**checkpoint().arrays, name: broken}), saved)
    for figure in ("summed_loss", "highest_loss"):
        broken_counters = checkpoint().counters.copy()
        setattr(broken_counters, figure, inf)
        with pytest.raises(ModelFileError, match="diverged"):
            save_checkpoint(replace(checkpoint(), counters=broken_counters), saved)
    assert saved.read_bytes() == before


def test_a_missing_file_is_reported(tmp_path: Path) -> None:
    assert "no such file" in error_message(tmp_path / "nowhere.npz")
    assert "could not be read" in error_message(tmp_path)


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x80\x04]\x94."])
def test_foreign_bytes_are_rejected(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.npz"
    path.write_bytes(content)
    assert "this is not a complete Digit Lab run; it is damaged or of a different kind" in error_message(path)


def test_a_model_is_not_read_as_a_checkpoint_or_the_reverse(saved: Path) -> None:
    assert "this is not a Digit Lab run: the format in its header must be 'digitlab-run'" in error_message(
        Path(__file__).parents[3] / "resources" / "models" / "handwriting.npz"
    )
    with pytest.raises(ModelFileError, match="this is not a Digit Lab model"):
        load_model(saved)


def test_every_truncated_file_is_rejected(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in range(0, len(whole), 4999):
        saved.write_bytes(whole[:length])
        error_message(saved)


def test_a_newer_version_is_reported(saved: Path) -> None:
    path = with_header(saved, {**header_of(saved), "version": 99})
    assert "format version is 99, but this Digit Lab reads versions up to 1" in error_message(path)


@pytest.mark.parametrize("name", ["values", "good_values", "best_values", "optimizer_memory"])
def test_a_missing_array_and_an_array_of_another_size_are_rejected(saved: Path, name: str) -> None:
    content = members_of(saved)[f"{name}.npy"]
    assert f"it has no {name}.npy inside" in error_message(with_members(saved, **{f"{name}_npy": None}))
    for wrong in (content[:-4], content + bytes(4), content[:-1]):
        message = error_message(with_members(saved, **{f"{name}_npy": wrong}))
        assert f"its network has 12,730 weights, but {name}.npy inside holds" in message
    flat = content.replace(b"'shape': (", b"'shape': [")
    error_message(with_members(saved, **{f"{name}_npy": flat}))
    integers = content.replace(b"<f4", b"<i4")
    assert "of the wrong kind" in error_message(with_members(saved, **{f"{name}_npy": integers}))


def test_the_optimizer_memory_of_adam_is_rejected_for_momentum(saved: Path) -> None:
    header = header_of(saved)
    header["config"]["optimizer"] = "momentum"
    assert "optimizer_memory.npy inside holds" in error_message(with_header(saved, header))


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("name", ["values", "good_values", "best_values", "optimizer_memory"])
def test_weights_that_are_not_finite_are_rejected(saved: Path, name: str, value: float) -> None:
    content = members_of(saved)[f"{name}.npy"]
    broken = content[:-4] + np.float32(value).tobytes()
    assert "some of its weights are not finite" in error_message(with_members(saved, **{f"{name}_npy": broken}))


def test_a_file_larger_than_the_free_memory_is_rejected_unread(saved: Path) -> None:
    with saved.open("r+b") as file:
        file.truncate(2**43)  # a sparse file, which takes no disk space
    assert "too large for the free memory" in error_message(saved)


def test_a_path_that_is_not_a_regular_file_is_rejected_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    assert "it is not a file" in error_message(tmp_path / "pipe.npz")


@settings(max_examples=150)
@given(changes=mutations)
def test_a_mutated_header_is_read_or_rejected(saved: Path, changes: list[Mutation]) -> None:
    check_read_or_rejected(with_members(saved, **{"header.json": mutated(members_of(saved)["header.json"], changes)}))


@settings(max_examples=100)
@given(changes=mutations)
def test_a_mutated_file_is_read_or_rejected(saved: Path, changes: list[Mutation]) -> None:
    path = saved.with_name("mutated.npz")
    path.write_bytes(mutated(saved.read_bytes(), changes))
    check_read_or_rejected(path)
