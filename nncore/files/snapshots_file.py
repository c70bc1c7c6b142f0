"""The format of epoch snapshots: the networks of a training after some of its epochs; see `archive`.

header.json             all fields of a _Header
epoch_0.npy ...         the parameters (size,) after each epoch that is kept
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nncore.errors import ModelFileError
from nncore.evaluation.epoch_snapshots import MAX_SNAPSHOTS, EpochSnapshots
from nncore.files.archive import Archive, archive_bytes, check_finite, reading_errors
from nncore.files.json_header import dataclass_from, header_text, parse_header
from nncore.model.network import NetworkSpec
from nncore.system.atomic_write import save_file
from nncore.training.settings import Count

SNAPSHOTS_FORMAT, SNAPSHOTS_VERSION = "digitlab-epochs", 1

SNAPSHOTS_KIND = "file of epochs"

MAX_SNAPSHOTS_FILE_BYTES = 16 * 2**20
"""Largest size of all parameters in a file, in bytes; a slow disk writes it before the window has closed."""


@dataclass(frozen=True)
class _Header:
    """epochs: those that are kept, in order. planned_epochs: how many the training was to have."""

    spec: NetworkSpec
    epochs: tuple[Count, ...]
    planned_epochs: Count


def save_snapshots(snapshots: EpochSnapshots, planned_epochs: int, path: Path) -> None:
    """Write `snapshots` to `path` atomically: the first, the last, and others up to MAX_SNAPSHOTS_FILE_BYTES.

    Raises ModelFileError if that fails, or if the parameters are not finite.
    """
    kept = snapshots.evenly_spread(MAX_SNAPSHOTS_FILE_BYTES)
    arrays = {f"epoch_{epoch}": values for epoch, values in kept}
    try:
        check_finite(arrays)
    except ModelFileError as problem:
        raise ModelFileError(f"{path}: {problem}") from None
    header = _Header(snapshots.spec, tuple(epoch for epoch, _ in kept), planned_epochs)
    save_file(path, archive_bytes(header_text(SNAPSHOTS_FORMAT, SNAPSHOTS_VERSION, header), arrays), ModelFileError)


def load_snapshots(path: Path) -> tuple[EpochSnapshots, int]:
    """Read snapshots and the planned number of epochs; raises ModelFileError that names the file and what is wrong."""
    with reading_errors(path, SNAPSHOTS_KIND) as size, Archive.open(path, size, SNAPSHOTS_KIND) as archive:
        header = dataclass_from(
            _Header, parse_header(archive.header(), SNAPSHOTS_FORMAT, SNAPSHOTS_VERSION, SNAPSHOTS_KIND), "header"
        )
        if not 1 <= len(header.epochs) <= MAX_SNAPSHOTS or not all(
            one < other for one, other in pairwise(header.epochs)
        ):
            raise ModelFileError(f"epochs in its header must be 1 to {MAX_SNAPSHOTS} numbers in ascending order.")
        count = header.spec.parameter_count
        reason = f"its network has {count:,} weights"
        arrays = {f"epoch_{epoch}": archive.array(f"epoch_{epoch}", (count,), reason) for epoch in header.epochs}
        check_finite(arrays)
        kept = tuple(zip(header.epochs, arrays.values(), strict=True))
        return EpochSnapshots.of(header.spec, kept), header.planned_epochs
