"""Data for the workers of a sweep: in files that all processes map, or as arrays for other machines."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from nncore.data.dataset import Dataset, Splits
from nncore.data.mapped_dataset import MappedDataset
from nncore.errors import SettingError

DataSource: TypeAlias = Splits | Callable[[], Splits]
"""Data in memory, or a function that a worker calls to read it: `load_mnist`, or partial(read_dataset, path)."""

SplitsDescription: TypeAlias = tuple[tuple[str, ...], str, bool]
"""Class names, source, and whether the set is open."""

PackedPart: TypeAlias = tuple[Any, ...] | None
PackedData: TypeAlias = tuple[PackedPart, PackedPart, PackedPart] | Callable[[], Splits]


def share_data(data: DataSource, folder: Path) -> Callable[[], Splits]:
    """Write `data` into `folder`; returns the function with which a process of this machine reads it.

    All processes map the same files, so that the images are in memory once. If `data` is a function, it is returned
    unchanged. Raises SettingError for data that is mapped from its file, or if the disk is full.
    """
    if not isinstance(data, Splits):
        return data
    about = {}
    for name, part in _parts(data).items():
        if part is None:
            continue
        try:
            np.save(folder / f"{name}-images.npy", part.images)
            np.save(folder / f"{name}-labels.npy", part.labels)
        except OSError as problem:
            reason = problem.strerror or problem
            raise SettingError("data", f"{folder}: the data could not be written there ({reason}).") from None
        about[name] = part.class_names, part.source, part.open_set
    return partial(_read_mapped, folder, about)


def _read_mapped(folder: Path, about: dict[str, SplitsDescription]) -> Splits:
    parts = {}
    for name, (class_names, source, open_set) in about.items():
        arrays = [np.load(folder / f"{name}-{what}.npy", mmap_mode="r") for what in ("images", "labels")]
        parts[name] = Dataset(arrays[0], arrays[1], class_names, source, open_set)
    return Splits(**parts)


def pack_data(data: DataSource) -> PackedData:
    """Return `data` in a form that can be sent to another machine; raises SettingError for data mapped from a file."""
    if not isinstance(data, Splits):
        return data
    training, validation, test = (
        None if part is None else (part.images, part.labels, part.class_names, part.source, part.open_set)
        for part in _parts(data).values()
    )
    return training, validation, test


def unpack_data(data: PackedData) -> Splits:
    """Return the data from its packed form; a function is called here."""
    if callable(data):
        return data()
    training, validation, test = (None if part is None else Dataset(*part) for part in data)
    assert training is not None
    return Splits(training, validation, test)


def _parts(data: Splits) -> dict[str, Dataset | None]:
    for part in (data.training, data.validation, data.test):
        if isinstance(part, MappedDataset):
            raise SettingError(
                "data",
                f"{part.source} is not in memory, so the window cannot use it in a sweep: use the command line with "
                "--data.",
            )
    return {"training": data.training, "validation": data.validation, "test": data.test}
