"""The checkpoint of an unfinished run, and copies of its file in which some parts are changed."""

from __future__ import annotations

import contextlib
import json
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from nncore.errors import ModelFileError, SettingError
from nncore.files.checkpoint_file import load_checkpoint
from nncore.preprocessing.augmentation import Augmentation
from nncore.training import Training, TrainingConfig
from nncore.training.checkpoint import Checkpoint
from nncore.training.events import StepDone
from tests.nncore.runs import few_digits, fresh_network

TRAINED_WITH = TrainingConfig(
    batch_size=64, epochs=4, seed=7, keep_best=True, patience=50, clip_norm=5.0, augmentation=Augmentation(shift=1)
)


@cache
def checkpoint() -> Checkpoint:
    """Return the checkpoint of a run in its third epoch."""
    training = Training(fresh_network(seed=7), few_digits(), TRAINED_WITH)
    for event in training.events():
        if isinstance(event, StepDone) and event.step == 8:
            training.control.learning_rate = 0.002
            training.control.stop()
    return replace(training.checkpoint(), recipe="quick")


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_members(path: Path, **changed: bytes | None) -> Path:
    """Return a copy of the archive `path` with changed members, without the members that are None."""
    members: dict[str, bytes | None] = {
        **members_of(path),
        **{n.replace("_npy", ".npy"): c for n, c in changed.items()},
    }
    changed_path = path.with_name("changed.npz")
    with zipfile.ZipFile(changed_path, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return changed_path


def with_header(path: Path, header: object) -> Path:
    return with_members(path, **{"header.json": json.dumps(header).encode()})


def header_of(path: Path) -> dict[str, Any]:
    header: dict[str, Any] = json.loads(members_of(path)["header.json"])
    return header


def error_message(path: Path) -> str:
    with pytest.raises(ModelFileError) as error:
        load_checkpoint(path)
    assert str(error.value).startswith(f"{path}: ")
    return str(error.value)


def check_read_or_rejected(path: Path) -> None:
    """Check that a file is rejected in one line that begins with `path`, or that its run can be continued."""
    try:
        loaded = load_checkpoint(path)
    except ModelFileError as error:
        message = str(error)
    else:
        message = f"{path}: was read"
        _continue(loaded)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1


def _continue(loaded: Checkpoint) -> None:
    loaded = replace(loaded, config=replace(loaded.config, epochs=loaded.counters.epoch + 1))
    with contextlib.suppress(SettingError):
        step = loaded.counters.step
        for event in Training.continued(loaded, few_digits()).events():
            if isinstance(event, StepDone):
                step += 1
                assert event.step == step
                if step > loaded.counters.step + 4:
                    break
