"""NPZ in the layout of Keras's mnist.npz: x_train and y_train, and perhaps x_test and y_test."""

from __future__ import annotations

from math import prod
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from nncore.dataset import Dataset, Splits
from nncore.errors import DataError
from nncore.ink import SIDE
from nncore.readers.opening import name_of, opened, require_memory, shown

IMAGE_SHAPES = ((SIDE, SIDE), (SIDE * SIDE,), (SIDE, SIDE, 1))
ROWS_AT_ONCE = 4096


def read_npz(path: Path) -> Splits:
    """Read x_train (n, 28, 28), (n, 784) or (n, 28, 28, 1) and y_train (n,), and x_test and y_test if there are any.

    Numbers may be of any integer or floating type, if they are whole and from 0 to 255, labels from 0 to 9. Nothing is
    expanded, and no memory taken, before sizes and shapes have been checked; nothing is ever unpickled.
    Raises DataError.
    """
    with opened(path) as file:
        try:
            with ZipFile(file) as archive:
                return _read(archive, path)
        except DataError:
            raise
        except MemoryError as error:
            raise DataError(f"{name_of(path)}: holds more than there is memory for.") from error
        # A damaged archive makes zipfile, zlib and NumPy raise whatever they happen to stumble over: BadZipFile,
        # EOFError, ValueError, NotImplementedError, RuntimeError, TokenError, TypeError, SyntaxError, LZMAError ...
        except Exception as error:
            reason = shown(str(error), 120) or type(error).__name__
            raise DataError(f"{name_of(path)}: is no sound NPZ file: {reason}.") from error


def _read(archive: ZipFile, path: Path) -> Splits:
    held = {name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")}
    wanted = ["x_train", "y_train"]
    if held & {"x_test", "y_test"}:
        wanted += ["x_test", "y_test"]
    if not held.issuperset(wanted):
        arrays = shown(", ".join(sorted(held)), 80) or "no arrays"
        raise DataError(f"{name_of(path)}: found {arrays}; expected {' and '.join(wanted)}.")
    # Twice, because numbers that are not bytes yet are copied into bytes.
    require_memory(path, 2 * sum(archive.getinfo(f"{name}.npy").file_size for name in wanted))
    training = _part(archive, path, "train")
    return Splits(training, test=_part(archive, path, "test") if "x_test" in wanted else None)


def _part(archive: ZipFile, path: Path, part: str) -> Dataset:
    x_name, y_name = f"x_{part}", f"y_{part}"
    where = f"{name_of(path)}, {x_name}"
    shape = _checked_shape(archive, x_name, where)
    if shape[1:] not in IMAGE_SHAPES:
        raise DataError(f"{where}: found the shape {shape}, expected (n, 28, 28) or (n, 784).")
    if shape[0] == 0:
        raise DataError(f"{where}: found no images, expected at least 1.")
    label_shape = _checked_shape(archive, y_name, f"{name_of(path)}, {y_name}")
    if label_shape != shape[:1]:
        raise DataError(
            f"{name_of(path)}, {y_name}: found the shape {label_shape}, expected ({shape[0]},): one label an image."
        )
    labels = _bytes(_array(archive, y_name), 9, f"{name_of(path)}, {y_name}")
    images = _bytes(_array(archive, x_name), 255, where)
    return Dataset(images.reshape(-1, SIDE, SIDE), labels.astype(np.intp), source=where)


def _checked_shape(archive: ZipFile, name: str, where: str) -> tuple[int, ...]:
    """The shape in an array's header, once it is known to hold plain numbers, and as many as it promises."""
    with archive.open(f"{name}.npy") as member:
        read_header = npy.read_array_header_1_0 if npy.read_magic(member) == (1, 0) else npy.read_array_header_2_0
        shape, _, dtype = read_header(member)
        header_size = member.tell()
    if dtype.hasobject:
        raise DataError(f"{where}: holds Python objects, which are never read; expected numbers.")
    if dtype.kind not in "iuf":
        raise DataError(f"{where}: found the type {shown(str(dtype))}, expected integers or floating-point numbers.")
    held, promised = archive.getinfo(f"{name}.npy").file_size - header_size, prod(shape) * dtype.itemsize
    if held != promised:
        raise DataError(f"{where}: found {held:,} bytes, but its shape {shape} promises {promised:,}.")
    return shape


def _array(archive: ZipFile, name: str) -> NDArray[np.generic]:
    with archive.open(f"{name}.npy") as member:
        array: NDArray[np.generic] = npy.read_array(member, allow_pickle=False)
    return array


def _bytes(array: NDArray[np.generic], highest: int, where: str) -> NDArray[np.uint8]:
    """The numbers as bytes, if each is whole and from 0 to `highest`; block by block, to save memory."""
    result = np.empty(array.shape, np.uint8)
    for start in range(0, len(array), ROWS_AT_ONCE):
        block = array[start : start + ROWS_AT_ONCE]
        with np.errstate(invalid="ignore"):  # NaN compares false, as it should
            right = (block >= 0) & (block <= highest)  # type: ignore[operator]
            if array.dtype.kind == "f":
                right &= block == np.floor(block)
        if not right.all():
            place = np.argwhere(~right)[0]
            found = block[tuple(place)]
            raise DataError(
                f"{where}, {_place(start, place)}: found {found}, expected a whole number from 0 to {highest}."
            )
        result[start : start + len(block)] = block
    return result


def _place(start: int, place: NDArray[np.intp]) -> str:
    """The place of a number within an array, in words."""
    number = f"{start + place[0] + 1:,}"
    if len(place) == 1:
        return f"label {number}"
    if len(place) == 2:
        return f"image {number}, pixel {place[1] + 1}"
    return f"image {number}, row {place[1] + 1}, column {place[2] + 1}"
