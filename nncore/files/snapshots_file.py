"""The format of snapshots: the networks at some points of a training; see `archive`.

header.json             all fields of a _Header
point_0.npy ...         the parameters (size,) at each point, in the order of the points

Version 1 had ends of epochs only: `epochs` instead of `points`, and epoch_0.npy ...
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nncore.errors import ModelFileError
from nncore.evaluation.snapshots import MAX_SNAPSHOTS, Snapshot, Snapshots, SnapshotsRun, TrainingPoint
from nncore.files.archive import Archive, archive_bytes, check_finite, reading_errors
from nncore.files.json_header import MAX_TEXT_LENGTH, dataclass_from, header_text, parse_header
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import save_file
from nncore.training.settings import Count

SNAPSHOTS_FORMAT = "digitlab-epochs"
"""The name of the format in the header of a file of snapshots."""

SNAPSHOTS_VERSION = 2
"""The newest version of the format that this program reads, and the one that it writes."""

SNAPSHOTS_KIND = "file of snapshots"

MAX_SNAPSHOTS_FILE_BYTES = 16 * 2**20
"""Largest size of all parameters in a file, in bytes; a slow disk writes it before the window has closed."""


@dataclass(frozen=True)
class _Point:
    """The fields of a TrainingPoint."""

    epoch: Count
    step: Count | None
    ends_epoch: bool


@dataclass(frozen=True)
class _Header:
    """points: those that are kept, in order. epochs: the same in version 1. planned_epochs: of the training.

    run, run_number, run_started: the fields of a SnapshotsRun; earlier versions did not write them.
    """

    spec: NetworkSpec
    planned_epochs: Count
    points: tuple[_Point, ...] = ()
    epochs: tuple[Count, ...] = ()
    run: str = ""
    run_number: Count | None = None
    run_started: str = ""

    def arrays(self) -> list[tuple[str, TrainingPoint]]:
        """The name and the point of each array."""
        if self.epochs:
            return [(f"epoch_{epoch}", TrainingPoint(epoch)) for epoch in self.epochs]
        points = (TrainingPoint(each.epoch, each.step, each.ends_epoch) for each in self.points)
        return [(f"point_{number}", point) for number, point in enumerate(points)]


def save_snapshots(snapshots: Snapshots, planned_epochs: int, path: Path) -> None:
    """Write `snapshots` to `path` atomically: the first, the last, and others up to MAX_SNAPSHOTS_FILE_BYTES.

    Raises ModelFileError if that fails, or if the parameters are not finite.
    """
    kept = snapshots.evenly_spread(MAX_SNAPSHOTS_FILE_BYTES)
    arrays = {f"point_{number}": each.values for number, each in enumerate(kept)}
    try:
        check_finite(arrays)
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    points = tuple(_Point(each.point.epoch, each.point.step, each.point.ends_epoch) for each in kept)
    run = snapshots.run
    header = _Header(
        snapshots.spec,
        planned_epochs,
        points,
        run=run.name[:MAX_TEXT_LENGTH],
        run_number=run.number,
        run_started=run.started,
    )
    text = header_text(SNAPSHOTS_FORMAT, SNAPSHOTS_VERSION, header, without=("epochs",))
    save_file(path, archive_bytes(text, arrays), ModelFileError)


class StoredSnapshots(NamedTuple):
    """The snapshots of a run and its planned number of epochs."""

    snapshots: Snapshots
    planned_epochs: int


def load_snapshots(path: Path) -> StoredSnapshots:
    """Read the snapshots of a run; raises ModelFileError that names the file and what is wrong."""
    with reading_errors(path, SNAPSHOTS_KIND) as size, Archive.open(path, size, SNAPSHOTS_KIND) as archive:
        header = dataclass_from(
            _Header, parse_header(archive.header(), SNAPSHOTS_FORMAT, SNAPSHOTS_VERSION, SNAPSHOTS_KIND), "header"
        )
        points = header.arrays()
        if not 1 <= len(points) <= MAX_SNAPSHOTS or not all(
            other.is_after(one) for (_, one), (_, other) in pairwise(points)
        ):
            raise ModelFileError(f"points in its header must be 1 to {MAX_SNAPSHOTS} points in ascending order.")
        count = header.spec.parameter_count
        reason = f"its network has {count:,} weights"
        arrays = {name: archive.array(name, (count,), reason) for name, _ in points}
        check_finite(arrays)
        kept = tuple(Snapshot(point, arrays[name]) for name, point in points)
        run = SnapshotsRun(header.run, header.run_number, header.run_started) if header.run else None
        return StoredSnapshots(Snapshots.from_snapshots(header.spec, kept, run), header.planned_epochs)
