"""Snapshots are read back as written, within a maximum size of the file."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from nncore.errors import ModelFileError
from nncore.evaluation.snapshots import Snapshot, Snapshots, TrainingPoint
from nncore.files import snapshots_file
from nncore.files.snapshots_file import load_snapshots, save_snapshots
from nncore.model.network import Network, NetworkSpec
from tests.nncore.mutation import Mutation, mutated, mutations

SPEC = NetworkSpec.dense((4, 3, 2), input_shape=(4,))
BYTES = 4 * SPEC.parameter_count


def snapshots_of(*points: int | TrainingPoint) -> Snapshots:
    """Snapshots of random networks at these points; a number is the end of that epoch, of 4 steps each."""
    snapshots = Snapshots(SPEC)
    for seed, point in enumerate(points):
        network = Network(SPEC)
        network.initialize(np.random.default_rng(seed))
        snapshots.add(point if isinstance(point, TrainingPoint) else TrainingPoint(point, 4 * point), network)
    return snapshots


def epochs_in(path: Path) -> tuple[int, ...]:
    return tuple(point.epoch for point in load_snapshots(path).snapshots.points)


def point(epoch: int, step: int, ends_epoch: bool = True) -> dict[str, Any]:
    """A point as the header has it."""
    return {"epoch": epoch, "step": step, "ends_epoch": ends_epoch}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "epochs.npz"


def test_snapshots_are_read_as_they_were_written(path: Path) -> None:
    written = snapshots_of(0, TrainingPoint(1, 1, ends_epoch=False), TrainingPoint(1, 3, ends_epoch=False), 1, 2, 5)
    save_snapshots(written, 9, path)
    read, planned = load_snapshots(path)
    assert (read.spec, read.points, planned) == (SPEC, written.points, 9)
    assert len(set(read.points)) == 6
    for point in read.points:
        np.testing.assert_array_equal(read.network(point).parameters.values, written.values(point))


@pytest.mark.parametrize(("most", "kept"), [(1, (8,)), (2, (0, 8)), (3, (0, 4, 8)), (99, tuple(range(9)))])
def test_a_file_has_a_maximum_size(path: Path, monkeypatch: pytest.MonkeyPatch, most: int, kept: tuple[int]) -> None:
    monkeypatch.setattr(snapshots_file, "MAX_SNAPSHOTS_FILE_BYTES", most * BYTES)
    save_snapshots(snapshots_of(*range(9)), 9, path)
    assert epochs_in(path) == kept


def test_a_network_that_is_larger_than_the_maximum_keeps_its_last_epoch(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots_file, "MAX_SNAPSHOTS_FILE_BYTES", BYTES // 2)
    save_snapshots(snapshots_of(0, 1, 2), 9, path)
    assert epochs_in(path) == (2,)


def test_snapshots_that_are_not_finite_are_not_written(path: Path) -> None:
    values = np.full(SPEC.parameter_count, np.nan, np.float32)
    snapshots = Snapshots.from_snapshots(SPEC, (Snapshot(TrainingPoint(0), values),))
    with pytest.raises(ModelFileError, match="not finite"):
        save_snapshots(snapshots, 1, path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"points": []}, "ascending"),
        ({"points": [point(1, 4), point(1, 4)]}, "ascending"),
        ({"points": [point(1, 4), point(1, 2, ends_epoch=False)]}, "ascending"),
        ({"points": [point(-1, 0), point(0, 0)]}, "epoch in its points"),
        ({"points": [point(0, -1), point(1, 0)]}, "step in its points"),
        ({"points": [{"epoch": 0, "step": 0}]}, "incomplete"),
        ({"points": [0, 1]}, "points in its header"),
        ({"points": [point(epoch, 4 * epoch) for epoch in range(300)]}, "1 to 256"),
        ({"points": [point(0, 0), point(1, 4), point(2, 8)]}, "point_2.npy"),
        ({"epochs": [1, 1]}, "ascending"),
        ({"epochs": [0, 7]}, "epoch_0.npy"),
        ({"planned_epochs": "3"}, "planned_epochs"),
        ({"format": "digitlab-model"}, "not a Digit Lab file of snapshots"),
        ({"version": 3}, "newer"),
    ],
)
def test_a_wrong_header_is_rejected(path: Path, changes: dict[str, Any], words: str) -> None:
    save_snapshots(snapshots_of(0, 1), 3, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["header.json"] = json.dumps(json.loads(members["header.json"]) | changes).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(ModelFileError, match=words):
        load_snapshots(path)


@given(changes=mutations)
def test_a_mutated_file_is_read_or_rejected(changes: list[Mutation], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("mutated") / "epochs.npz"
    save_snapshots(snapshots_of(0, 1), 3, path)
    path.write_bytes(mutated(path.read_bytes(), changes))
    message = f"{path}: was read"
    try:
        snapshots, _ = load_snapshots(path)
    except ModelFileError as problem:
        message = str(problem)
    else:
        assert all(np.isfinite(each.values).all() for each in snapshots.all)
    assert message.startswith(f"{path}: ")
    assert len(message.splitlines()) == 1
