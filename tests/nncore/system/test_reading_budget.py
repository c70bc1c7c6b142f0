"""Every reader reports its progress, can be cancelled, has a budget of time, and rejects what claims to be huge."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nncore.data.formats import read_dataset, unipen
from nncore.data.formats.points import read_points
from nncore.data.formats.unipen import read_ink_dataset
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError, DigitLabError
from nncore.evaluation.snapshots import Snapshot, Snapshots, TrainingPoint
from nncore.files.checkpoint_file import load_checkpoint, save_checkpoint
from nncore.files.model_file import Model, ModelCard, load_model, save_model
from nncore.files.snapshots_file import load_snapshots, save_snapshots
from nncore.handwriting.synthetic import digits
from nncore.model.network import Network, NetworkSpec
from nncore.system import reading_budget
from nncore.system.reading_budget import (
    ALWAYS_UNPACKED_BYTES,
    MAX_UNPACKED_RATIO,
    ReadingCancelled,
    allowed_seconds,
    check_unpacked_size,
    part_of_reading,
    report_progress,
    watched_reading,
)
from nncore.training import Training, TrainingConfig
from tests.nncore.runs import few_digits

COUNT = 6000


def write_csv(folder: Path) -> Path:
    row = b"7" + b",0" * 784 + b"\n"
    (folder / "digits.csv").write_bytes(row * COUNT)
    return folder / "digits.csv"


def write_npz(folder: Path) -> Path:
    np.savez(folder / "digits.npz", x_train=np.zeros((COUNT, 784), np.int32), y_train=np.zeros(COUNT, np.int32))
    return folder / "digits.npz"


def write_npy(folder: Path) -> Path:
    np.save(folder / "images.npy", np.zeros((COUNT, 784), np.int32))
    np.save(folder / "labels.npy", np.zeros(COUNT, np.int32))
    return folder / "images.npy"


def write_idx(folder: Path, suffix: str = "") -> Path:
    size, random = COUNT.to_bytes(4, "big"), np.random.default_rng(0).bytes(COUNT * 784)
    shape = size + (28).to_bytes(4, "big") * 2
    for name, content in (("images.idx3", b"\0\0\x08\x03" + shape + random), ("labels.idx1", b"\0\0\x08\x01" + size)):
        content += b"\0" * COUNT * name.startswith("labels")
        (folder / (name + suffix)).write_bytes(gzip.compress(content, 1) if suffix else content)
    return folder / f"images.idx3{suffix}"


def write_packed_idx(folder: Path) -> Path:
    return write_idx(folder, ".gz")


def write_unipen(folder: Path) -> Path:
    write_ink(digits(300, np.random.default_rng(0)), folder / "ink.unipen")
    return folder / "ink.unipen"


def write_points(folder: Path) -> Path:
    (folder / "points.txt").write_text("".join(f"{x} {x * x}\n" for x in range(20_000)))
    return folder / "points.txt"


def write_model(folder: Path, suffix: str = "npz") -> Path:
    spec = NetworkSpec.dense((784, 4000, 10))
    parameters = np.zeros(spec.parameter_count, np.float32)
    save_model(Model(spec, parameters, ModelCard("large")), folder / f"model.{suffix}")
    return folder / f"model.{suffix}"


def write_onnx(folder: Path) -> Path:
    return write_model(folder, "onnx")


def write_script(folder: Path) -> Path:
    return write_model(folder, "py")


def write_checkpoint(folder: Path) -> Path:
    training = Training(Network(NetworkSpec.dense((784, 2000, 10))), few_digits(), TrainingConfig(epochs=2))
    save_checkpoint(training.checkpoint(), folder / "run.npz")
    return folder / "run.npz"


def write_snapshots(folder: Path) -> Path:
    spec = NetworkSpec.dense((784, 2000, 10))
    values = np.zeros(spec.parameter_count, np.float32)
    kept = tuple(Snapshot(TrainingPoint(epoch), values) for epoch in (1, 2))
    save_snapshots(Snapshots.from_snapshots(spec, kept), 2, folder / "epochs.npz")
    return folder / "epochs.npz"


READERS: dict[Callable[[Path], Path], Callable[[Path], object]] = {
    write_csv: read_dataset,
    write_npz: read_dataset,
    write_npy: read_dataset,
    write_idx: read_dataset,
    write_packed_idx: read_dataset,
    write_unipen: read_ink_dataset,
    write_points: read_points,
    write_model: load_model,
    write_onnx: load_model,
    write_script: load_model,
    write_checkpoint: load_checkpoint,
    write_snapshots: load_snapshots,
}


@pytest.mark.parametrize("write", READERS)
def test_every_reader_reports_progress_and_can_be_cancelled(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path, fractions = write(tmp_path), list[float]()
    with watched_reading(progress=fractions.append, cancelled=lambda: False):
        READERS[write](path)
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 1
    assert len(fractions) <= 100
    cancelled_at = fractions[len(fractions) // 2]
    fractions.clear()
    with (
        watched_reading(progress=fractions.append, cancelled=lambda: bool(fractions) and fractions[-1] >= cancelled_at),
        pytest.raises(ReadingCancelled),
    ):
        READERS[write](path)
    assert fractions[-1] == cancelled_at
    READERS[write](path)  # without a watch it is read


@pytest.fixture
def usual_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_budget, "_loop_seconds", lambda: reading_budget.USUAL_LOOP_SECONDS)


@pytest.mark.parametrize("write", READERS)
def test_every_reader_ends_when_its_time_is_used_up(
    write: Callable[[Path], Path], tmp_path: Path, usual_computer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    for name in vars(reading_budget):
        if name.startswith("SECONDS_"):
            monkeypatch.setattr(reading_budget, name, 0.0)
    monkeypatch.setattr(unipen, "SECONDS_PER_DRAWING", 0.0)
    with pytest.raises(DigitLabError, match=rf"{path.name}: reading took longer than 0\.0 seconds .*; [^;.]+\.$"):
        READERS[write](path)


def test_a_slow_computer_has_more_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(reading_budget, "thread_time", lambda: now)
    monkeypatch.setattr(reading_budget, "CHECK_SECONDS", 0.0)
    monkeypatch.setattr(reading_budget, "_loop_seconds", lambda: 3 * reading_budget.USUAL_LOOP_SECONDS)
    with reading_budget.time_budget("a.csv", 10_000_000):
        now = 8.9
        report_progress(0.5)
        now = 9.1
        with pytest.raises(DataError, match=r"^a\.csv: reading took longer than 3\.0 seconds of processor time"):
            report_progress(0.5)


def test_more_time_is_allowed_for_what_a_file_turns_out_to_contain(
    usual_computer: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(reading_budget, "thread_time", lambda: now)
    monkeypatch.setattr(reading_budget, "CHECK_SECONDS", 0.0)
    with reading_budget.time_budget("a.npz", 0):
        check_unpacked_size("a.npz", 10_000_000, 500_000_000)  # 10 seconds more
        now = 11.9
        report_progress(0.5)
        with reading_budget.time_budget("inside.npz", 0):  # has its own time
            now = 13.0
            report_progress(0.5)
        with pytest.raises(DataError, match=r"^a\.npz: reading took longer than 12\.0 seconds"):
            report_progress(0.5)


def test_parts_of_the_work_share_the_progress() -> None:
    fractions: list[float] = []
    with watched_reading(progress=fractions.append, cancelled=lambda: False):
        for start, end in ((0.0, 0.2), (0.2, 1.0)):
            with part_of_reading(start, end):
                for fraction in (0.0, 0.5, 1.0):
                    report_progress(fraction)
    assert fractions == pytest.approx([0.1, 0.2, 0.6, 1.0])


def test_a_part_of_a_part_is_within_it() -> None:
    fractions: list[float] = []
    with watched_reading(progress=fractions.append, cancelled=lambda: False), part_of_reading(0.5, 1.0):
        with part_of_reading(0.0, 0.2):
            report_progress(1.0)
        report_progress(0.5)
    assert fractions == pytest.approx([0.6, 0.75])


@pytest.mark.parametrize(
    ("packed", "unpacked"),
    [(1, ALWAYS_UNPACKED_BYTES), (10**6, MAX_UNPACKED_RATIO * 10**6)],
)
def test_a_claim_above_the_limit_is_rejected(packed: int, unpacked: int) -> None:
    check_unpacked_size("x.npz", packed, unpacked)
    with pytest.raises(DataError, match=rf"^x\.npz: the file has {packed:,} bytes but claims to contain"):
        check_unpacked_size("x.npz", packed, unpacked + 1)


def test_a_larger_file_may_take_longer() -> None:
    assert allowed_seconds(0) == 2.0
    assert allowed_seconds(100_000_000) == pytest.approx(12.0)
