"""Where data comes from: files, folders of pictures, the user's own ink, ink made up. No Qt in here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.storage.csv_dialects import read_dataset
from app.storage.paths import own_ink_path
from app.storage.picture_file import read_picture
from nncore.data.dataset import Dataset, Splits, load_mnist
from nncore.data.formats import file_patterns, format_of, read_ink
from nncore.data.formats.image_folder import is_image_folder, read_image_folder
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import DataError, file_name
from nncore.handwriting.synthetic import digits

Tell = Callable[[float], None]
Cancelled = Callable[[], bool]

DATA_FILES = f"Images or ink with labels ({file_patterns('pictures', 'ink')});;All files (*)"
"""The filter of every dialog that asks for a data set: what `from_path` reads."""

MOST_MADE_UP = 100_000
"""Made-up digits take about a second a thousand."""

MADE_UP_AT_ONCE = 500


@dataclass(frozen=True)
class Loaded:
    """Data that was read, and what there is to say of it: a sentence or two, or ""."""

    data: Splits
    note: str = ""


def from_path(path: Path, tell: Tell, cancelled: Cancelled) -> Loaded | None:
    """Data from a file (CSV, IDX, NPY, NPZ, or UNIPEN ink) or a folder (MNIST's files, or pictures by class).

    None as soon as it is `cancelled`. Raises DataError.
    """
    if path.is_dir():
        if is_image_folder(path):
            return _from_folder(path, tell, cancelled)
        return Loaded(read_dataset(path))
    found = format_of(path)
    return Loaded(found.read(path, None) if found.holds == "ink" else read_dataset(path))


def _from_folder(path: Path, tell: Tell, cancelled: Cancelled) -> Loaded | None:
    found = read_image_folder(path, read_picture, tell, cancelled)
    if found is None:
        return None
    left_out = found.left_out
    if not left_out:
        return Loaded(found.splits)
    what = "1 picture is" if len(left_out) == 1 else f"{len(left_out):,} pictures are"
    return Loaded(found.splits, f"{what} left out. {left_out[0]}")


def bundled(tell: Tell, cancelled: Cancelled) -> Loaded | None:
    """The MNIST in the box."""
    return Loaded(load_mnist())


def own_ink(tell: Tell, cancelled: Cancelled) -> Loaded | None:
    """The digits that the user drew and gave a label; raises DataError if there are none."""
    path = own_ink_path()
    if not path.exists():
        raise DataError("There is no ink of yours yet: teach your hand in the Draw tab, and it will be here.")
    ink = read_ink(path).to_dataset()
    return Loaded(Splits(Dataset(ink.images, ink.labels, source="my own ink")))


def made_up(count: int, seed: int, tell: Tell, cancelled: Cancelled) -> Loaded | None:
    """`count` digits of made-up writers; the same seed gives the same. None as soon as it is `cancelled`."""
    images, labels, rng = [], [], np.random.default_rng(seed)
    for start in range(0, count, MADE_UP_AT_ONCE):
        if cancelled():
            return None
        some = digits(min(MADE_UP_AT_ONCE, count - start), rng).to_dataset()
        images.append(some.images)
        labels.append(some.labels)
        tell(min(1.0, (start + MADE_UP_AT_ONCE) / count))
    source = f"{count:,} made-up digits, seed {seed}"
    return Loaded(Splits(Dataset(np.concatenate(images), np.concatenate(labels), source=source)))


def added(present: Splits, more: Splits) -> Splits:
    """`present` with the training examples of `more` among its own; what is held out to judge on stays as it was.

    Raises DataError if they are of different shapes or classes, or one stays in its file.
    """
    here, there = present.training, more.training
    if isinstance(here, MappedDataset) or isinstance(there, MappedDataset):
        raise DataError("Data that stays in its file, because it is large, cannot be added to other data.")
    if (here.input_shape, here.class_names, here.is_bytes) != (there.input_shape, there.class_names, there.is_bytes):
        raise DataError(
            f"{file_name(Path(there.source))} cannot be added to {here.source}: examples or classes are others."
        )
    training = Dataset(
        np.concatenate([here.images, there.images]),
        np.concatenate([here.labels, there.labels]),
        here.class_names,
        f"{here.source} + {there.source}",
        here.open_set or there.open_set,
    )
    return Splits(training, present.validation, present.test)
