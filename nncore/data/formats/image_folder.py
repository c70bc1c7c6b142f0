"""Read a folder of image files with a sub-folder for each class."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS, Dataset, Splits
from nncore.errors import DataError, file_name, printable
from nncore.preprocessing.bitmap import whole_image

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""Suffixes of image files; other files are ignored."""

MAX_IMAGES = 200_000
"""More images would take hours to convert; they should be stored as IDX or NPZ."""

FOLDERS_OF_PART = {
    "training": ("train", "training"),
    "validation": ("val", "valid", "validation"),
    "test": ("test", "testing"),
}
"""Possible names of the folder of each part of a data set. This folder has a sub-folder for each class."""

ReadImage = Callable[[Path], NDArray[np.uint8]]


@dataclass(frozen=True)
class ImageFolder:
    """The dataset in a folder. skipped: a message for each image that could not be used."""

    splits: Splits
    skipped: tuple[str, ...]


def read_image_folder(
    folder: Path,
    read: ReadImage,
    *,
    progress: Callable[[float], None] = lambda fraction: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImageFolder | None:
    """Read `folder`/CLASS/IMAGE and convert each image like a photo; return None if `cancelled()` becomes true.

    The names of the sub-folders are the classes. If all are digits, they mean these digits; others are sorted by name.
    Folders `train` and `test` (and `validation`) above the classes are the parts of the data set.
    read: returns the grey values (height, width) of an image file, or raises DataError. progress: called with the
    finished fraction, 0 to 1.

    An image that cannot be read, or is blank, is left out and listed. Raises DataError if there are fewer than two
    classes, too many images, or no image that can be read.
    """
    found = _image_paths(folder)
    names = _class_names(sorted({name for classes in found.values() for name in classes}, key=_natural_order), folder)
    files = [(part, name, path) for part, classes in found.items() for name, paths in classes.items() for path in paths]
    if len(files) > MAX_IMAGES:
        found_images = f"{file_name(folder)}: found {len(files):,} images"
        raise DataError(f"{found_images}; expected up to {MAX_IMAGES:,}; store them as IDX or NPZ.")
    images: dict[str, list[NDArray[np.uint8]]] = {part: [] for part in found}
    labels: dict[str, list[int]] = {part: [] for part in found}
    skipped: list[str] = []
    for number, (part, name, path) in enumerate(files, start=1):
        if cancelled():
            return None
        try:
            image = _prepared(path, read)
        except DataError as problem:
            skipped.append(printable(str(problem), 400))
        else:
            images[part].append(image)
            labels[part].append(names.index(name))
        progress(number / len(files))
    if not images["training"]:
        reason = f": {skipped[0]}" if skipped else "."
        raise DataError(f"{file_name(folder)}: found no image that can be read{reason}")
    sets = {
        part: Dataset(np.stack(part_images), np.array(labels[part], np.intp), names, _source(folder, part, found))
        for part, part_images in images.items()
        if part_images
    }
    return ImageFolder(Splits(**sets), tuple(skipped))


def _prepared(path: Path, read: ReadImage) -> NDArray[np.uint8]:
    image = whole_image(read(path))
    if not image.any():
        raise DataError(f"{path}: the image is blank.")
    return image


def _image_paths(folder: Path) -> dict[str, dict[str, list[Path]]]:
    """Return the image files of each class of each part."""
    parts = {part: sub_folder for part in FOLDERS_OF_PART if (sub_folder := _part(folder, part)) is not None}
    if "training" not in parts:
        parts = {"training": folder}
    return {part: _classes(sub_folder) for part, sub_folder in parts.items()}


def is_image_folder(folder: Path) -> bool:
    """Return whether there are sub-folders, so that the folder may contain images by class; never raises."""
    try:
        with os.scandir(folder) as entries:
            return any(entry.is_dir() for entry in entries)
    except OSError:
        return False


def _part(folder: Path, part: str) -> Path | None:
    return next((sub_folder for name in FOLDERS_OF_PART[part] if (sub_folder := folder / name).is_dir()), None)


def _classes(folder: Path) -> dict[str, list[Path]]:
    """Return the image files in each sub-folder that has at least one."""
    try:
        folders = sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.name.startswith("."))
        classes = {
            each.name: sorted(path for path in each.iterdir() if path.suffix.lower() in SUFFIXES and path.is_file())
            for each in folders
        }
    except OSError as problem:
        raise DataError(f"{file_name(folder)}: the folder cannot be read: {problem.strerror or problem}.") from None
    return {name: paths for name, paths in classes.items() if paths}


def _class_names(names: Sequence[str], folder: Path) -> tuple[str, ...]:
    if len(names) < 2:
        what = f"only one sub-folder with images, {printable(names[0])}" if names else "no sub-folder with images"
        raise DataError(f"{file_name(folder)}: found {what}; expected one for each class, at least two.")
    return DIGITS if set(names) <= set(DIGITS) else tuple(names)


def _natural_order(name: str) -> list[tuple[int, str]]:
    """Return a sort key that orders numbers within names by value: "2" before "10"."""
    return [(int(run) if run.isdigit() and run.isascii() else 0, run) for run in re.split(r"(\d+)", name)]


def _source(folder: Path, part: str, paths: dict[str, dict[str, list[Path]]]) -> str:
    return file_name(folder) + (f", {part} part" if len(paths) > 1 else "")
