"""Sources of data sets: files, image folders, the user's own ink, and synthetic ink. Imports no Qt."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.storage.csv_dialects import read_any_dataset
from app.storage.paths import handwriting_tests_folder, own_ink_path
from nncore.data.dataset import Dataset, Splits, load_mnist
from nncore.data.formats import file_patterns, format_of
from nncore.data.formats.image_folder import is_image_folder, read_image_folder
from nncore.data.formats.unipen import read_ink_dataset
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError, file_name
from nncore.handwriting.personal_test.history import HandwritingTestHistory
from nncore.preprocessing.ink import rasterize
from nncore.reporting.number_text import counted_text
from nncore.system.reading_budget import ReadingCancelled, watched_reading

ReportProgress = Callable[[float], None]
Cancelled = Callable[[], bool]

DATA_FILES = f"Images or ink with labels ({file_patterns('images', 'ink')});;All files (*)"
"""The file filter of the dialogs that open a data set; `load_path` reads these files."""

MAX_SYNTHETIC_DIGITS = 100_000
"""Generating a thousand synthetic digits takes about a second."""

NO_OWN_INK = "You have no drawings yet. Teach the network in the Draw tab, or write a test in the My hand tab."

SYNTHETIC_BATCH = 500


@dataclass(frozen=True)
class LoadedData:
    """Data that was read, and a note on it for the user, or ""."""

    data: Splits
    note: str = ""


class DataReader(Protocol):
    """A function that reads data."""

    def __call__(self, *, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
        """Read the data; return None if `cancelled()` became true. progress: called with the fraction that is read."""


def load_path(path: Path, *, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
    """Data from a file (CSV, IDX, NPY, NPZ, or UNIPEN ink) or a folder (MNIST's files, or pictures by class).

    Returns None if `cancelled`. Raises DataError.
    """
    if path.is_dir() and is_image_folder(path):
        return _load_folder(path, progress=progress, cancelled=cancelled)
    try:
        with watched_reading(progress=progress, cancelled=cancelled):
            if not path.is_dir() and (found := format_of(path)).content == "ink":
                return LoadedData(found.read(path, None))
            return LoadedData(read_any_dataset(path))
    except ReadingCancelled:
        return None


def _load_folder(path: Path, *, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
    from app.storage.image_file import read_grey_image  # it imports Pillow

    found = read_image_folder(path, read_grey_image, progress=progress, cancelled=cancelled)
    if found is None:
        return None
    skipped = found.skipped
    if not skipped:
        return LoadedData(found.splits)
    what = f"{counted_text(len(skipped), 'picture')} {'was' if len(skipped) == 1 else 'were'}"
    return LoadedData(found.splits, f"{what} skipped. {skipped[0]}")


def load_bundled(*, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
    """The bundled MNIST data."""
    return LoadedData(load_mnist())


def load_own_ink(*, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
    """The user's own labelled drawings: those taught to a network, and those of the handwriting tests, each once.

    Raises DataError if there are none. None if `cancelled`.
    """
    try:
        with watched_reading(progress=progress, cancelled=cancelled):
            parts = [*_taught_ink(), *_tested_ink(cancelled)]
    except ReadingCancelled:
        return None
    if cancelled():
        return None
    if not parts:
        raise DataError(NO_OWN_INK)
    images = np.concatenate([part for part, _ in parts])
    labels = np.concatenate([digits for _, digits in parts])
    keys = {
        (image.tobytes(), label): row for row, (image, label) in enumerate(zip(images, labels.tolist(), strict=True))
    }
    rows = sorted(keys.values())  # a drawing of a test that was taught is in both
    return LoadedData(Splits(Dataset(images[rows], labels[rows], source="my own ink")))


def _taught_ink() -> list[tuple[NDArray[np.uint8], NDArray[np.intp]]]:
    path = own_ink_path()
    if not path.exists():
        return []
    ink = read_ink_dataset(path)
    return [(ink.images, ink.labels)]


def _tested_ink(cancelled: Cancelled) -> list[tuple[NDArray[np.uint8], NDArray[np.intp]]]:
    """The drawings of each handwriting test, with the requested digits; damaged tests are left out."""
    history = HandwritingTestHistory(handwriting_tests_folder())
    found = []
    for entry in history.entries()[0]:
        if cancelled():
            break
        with suppress(DataError):  # the My hand tab reports it
            drawings = history.load(entry.path).drawings
            images = np.stack([rasterize(drawing.ink) for drawing in drawings])
            found.append((images, np.array([drawing.prompted for drawing in drawings], np.intp)))
    return found


def generate_digits(count: int, seed: int, *, progress: ReportProgress, cancelled: Cancelled) -> LoadedData | None:
    """`count` digits of synthetic writers; the same seed gives the same digits. None if `cancelled`."""
    from nncore.handwriting.synthetic import digits  # its import parses all glyphs, which takes long

    images, labels, rng = [], [], np.random.default_rng(seed)
    for start in range(0, count, SYNTHETIC_BATCH):
        if cancelled():
            return None
        some = digits(min(SYNTHETIC_BATCH, count - start), rng).to_dataset()
        images.append(some.images)
        labels.append(some.labels)
        progress(min(1.0, (start + SYNTHETIC_BATCH) / count))
    source = f"{count:,} synthetic digits, seed {seed}"
    return LoadedData(Splits(Dataset(np.concatenate(images), np.concatenate(labels), source=source)))


def combine(present: Splits, more: Splits) -> Splits:
    """`present` with the training examples of `more` added; validation and test data stay unchanged.

    Raises DataError if shapes or classes differ, or one of them is mapped from its file.
    """
    first, second = present.training, more.training
    if isinstance(first, MappedDataset) or isinstance(second, MappedDataset):
        raise DataError("A data set that is too large for memory cannot be combined with another one.")
    if any(getattr(first, name) != getattr(second, name) for name in ("input_shape", "class_names", "is_bytes")):
        raise DataError(f"{file_name(Path(second.source))} cannot be added to {first.source}: shape or classes differ.")
    training = Dataset(
        np.concatenate([first.images, second.images]),
        np.concatenate([first.labels, second.labels]),
        first.class_names,
        f"{first.source} + {second.source}",
        first.open_set or second.open_set,
    )
    return Splits(training, present.validation, present.test)
