"""Every reader of data reports its progress and can be cancelled, and rejects what claims to be far too large."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nncore.data.formats import read_dataset
from nncore.data.formats.points import read_points
from nncore.data.formats.unipen import read_ink_dataset
from nncore.data.formats.unipen_writer import write_ink
from nncore.errors import DataError
from nncore.handwriting.synthetic import digits
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


READERS: dict[Callable[[Path], Path], Callable[[Path], object]] = {
    write_csv: read_dataset,
    write_npz: read_dataset,
    write_npy: read_dataset,
    write_idx: read_dataset,
    write_packed_idx: read_dataset,
    write_unipen: read_ink_dataset,
    write_points: read_points,
}


@pytest.mark.parametrize("write", READERS)
def test_every_reader_reports_progress_and_can_be_cancelled(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path, fractions = write(tmp_path), list[float]()
    with watched_reading(fractions.append, lambda: False):
        READERS[write](path)
    assert fractions == sorted(fractions)
    assert 0 < fractions[-1] <= 1
    assert len(fractions) <= 100
    cancelled_at = fractions[len(fractions) // 2]
    fractions.clear()
    with (
        watched_reading(fractions.append, lambda: bool(fractions) and fractions[-1] >= cancelled_at),
        pytest.raises(ReadingCancelled),
    ):
        READERS[write](path)
    assert fractions[-1] == cancelled_at
    READERS[write](path)  # without a watch it is read


def test_parts_of_the_work_share_the_progress() -> None:
    fractions: list[float] = []
    with watched_reading(fractions.append, lambda: False):
        for start, end in ((0.0, 0.2), (0.2, 1.0)):
            with part_of_reading(start, end):
                for fraction in (0.0, 0.5, 1.0):
                    report_progress(fraction)
    assert fractions == pytest.approx([0.1, 0.2, 0.6, 1.0])


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
