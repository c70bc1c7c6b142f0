"""A folder of pictures, a sub-folder for each class."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS, Dataset, Splits
from nncore.errors import DataError, name_of, shown
from nncore.preprocessing.bitmap import whole_image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""Files with other ends of their names are passed over."""

MOST_PICTURES = 200_000
"""More would take hours to prepare: they are better kept as IDX or NPZ."""

PARTS = {"training": ("train", "training"), "validation": ("val", "valid", "validation"), "test": ("test", "testing")}
"""What sub-folders are called that hold the parts of a set, each with its classes."""

ReadPicture = Callable[[Path], NDArray[np.uint8]]


@dataclass(frozen=True)
class PictureFolder:
    """What a folder held. left_out: a sentence for each picture that could not be read."""

    splits: Splits
    left_out: tuple[str, ...]


def read_picture_folder(
    folder: Path,
    read: ReadPicture,
    tell: Callable[[float], None] = lambda share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> PictureFolder | None:
    """Read `folder`/CLASS/PICTURE, each picture prepared as one from a camera is; None as soon as it is `cancelled`.

    The sub-folders' names are the classes: those of digits mean these digits, others are taken in the order of their
    names. With `train` and `test` (and `validation`) in between, they are the parts of the set. read: gives the grey
    values (height, width) of a picture file, or raises DataError. tell: is given the share that is done.

    A picture that cannot be read, or on which nothing is to be seen, is left out and named. Raises DataError if there
    are fewer than two classes, no picture, or none that can be read.
    """
    found = _found(folder)
    names = _class_names(sorted({name for classes in found.values() for name in classes}, key=_in_order), folder)
    files = [(part, name, path) for part, classes in found.items() for name, paths in classes.items() for path in paths]
    if len(files) > MOST_PICTURES:
        raise DataError(f"{name_of(folder)}: found {len(files):,} pictures, expected at most {MOST_PICTURES:,}.")
    images: dict[str, list[NDArray[np.uint8]]] = {part: [] for part in found}
    labels: dict[str, list[int]] = {part: [] for part in found}
    left_out: list[str] = []
    for number, (part, name, path) in enumerate(files, start=1):
        if cancelled():
            return None
        try:
            image = _prepared(path, read)
        except DataError as problem:
            left_out.append(shown(str(problem), 400))
        else:
            images[part].append(image)
            labels[part].append(names.index(name))
        tell(number / len(files))
    if not images["training"]:
        reason = f": {left_out[0]}" if left_out else "."
        raise DataError(f"{name_of(folder)}: found no picture that can be read{reason}")
    sets = {
        part: Dataset(np.stack(some), np.array(labels[part], np.intp), names, _source(folder, part, found))
        for part, some in images.items()
        if some
    }
    return PictureFolder(Splits(**sets), tuple(left_out))


def _prepared(path: Path, read: ReadPicture) -> NDArray[np.uint8]:
    image = whole_image(read(path))
    if not image.any():
        raise DataError(f"{path}: there is nothing to be seen on it.")
    return image


def _found(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """The pictures of each class of each part."""
    parts = {part: place for part in PARTS if (place := _part(folder, part)) is not None}
    return {part: _classes(place) for part, place in (parts if "training" in parts else {"training": folder}).items()}


def is_picture_folder(folder: Path) -> bool:
    """Whether there are sub-folders, so that the folder may hold pictures by class; never raises."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.is_dir() for entry in entries)
    except OSError:
        return False


def _part(folder: Path, part: str) -> Path | None:
    return next((place for name in PARTS[part] if (place := folder / name).is_dir()), None)


def _classes(folder: Path) -> dict[str, list[Path]]:
    """The pictures in each sub-folder that has one."""
    try:
        folders = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        classes = {
            each.name: sorted(path for path in each.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
            for each in folders
        }
    except OSError as problem:
        raise DataError(f"{name_of(folder)}: cannot be read: {problem.strerror or problem}.") from None
    return {name: paths for name, paths in classes.items() if paths}


def _class_names(found: Sequence[str], folder: Path) -> tuple[str, ...]:
    if len(found) < 2:
        what = f"one sub-folder with pictures, {shown(found[0])}" if found else "no sub-folder with pictures"
        raise DataError(f"{name_of(folder)}: found {what}; expected one for each of two classes or more.")
    return DIGITS if set(found) <= set(DIGITS) else tuple(found)


def _in_order(name: str) -> list[tuple[int, str]]:
    """For sorting: runs of digits by the number that they are, "2" before "10"."""
    return [(int(run) if run.isdigit() and run.isascii() else 0, run) for run in re.split(r"(\d+)", name)]


def _source(folder: Path, part: str, found: dict[str, dict[str, list[Path]]]) -> str:
    return name_of(folder) + (f", {part} part" if len(found) > 1 else "")
