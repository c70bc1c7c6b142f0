"""The table of data formats: one row per format, which `read_dataset`, the file dialogs and the help texts use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from os.path import isdir
from pathlib import Path
from typing import Literal

from nncore.data.dataset import Splits
from nncore.data.formats.files import open_data_file
from nncore.data.formats.idx import read_idx, read_idx_folder
from nncore.data.formats.image_csv import read_image_csv
from nncore.data.formats.npy import read_npy, read_npz
from nncore.data.formats.unipen import read_ink_dataset
from nncore.errors import DataError, file_name

HEAD_BYTES = 512
"""Number of bytes at the beginning of a file from which its format is recognized."""

LEADING_BYTES = b"\xef\xbb\xbf \r\n\t"
"""The byte order mark and white space that may precede the first word of a text."""

DataContent = Literal["images", "ink"]


@dataclass(frozen=True)
class DataFormat:
    """A format of data files.

    Attributes:
        name: its usual name.
        patterns: patterns of file names for a file dialog.
        matches: returns whether a file has this format, given its first HEAD_BYTES bytes and its path.
        read: reads the file, given its path and whether the images stay in the file (None lets its size decide).
        can_be_mapped: whether the images can stay in the file.
    """

    name: str
    patterns: tuple[str, ...]
    matches: Callable[[bytes, Path], bool]
    read: Callable[[Path, bool | None], Splits]
    content: DataContent = "images"
    can_be_mapped: bool = False


def _is_npy(head: bytes, path: Path) -> bool:
    return head.startswith(b"\x93NUMPY") or path.suffix.lower() == ".npy"


def _is_npz(head: bytes, path: Path) -> bool:
    return head.startswith(b"PK") or path.suffix.lower() == ".npz"


def _is_idx(head: bytes, path: Path) -> bool:
    return head.startswith((b"\x1f\x8b", b"\0\0")) or "-ubyte" in path.name or ".idx" in path.name


def _is_unipen(head: bytes, path: Path) -> bool:
    return head.lstrip(LEADING_BYTES).startswith(b".")


def _is_csv(head: bytes, path: Path) -> bool:
    return b"\0" not in head


FORMATS = (
    DataFormat("NPY", ("*.npy",), _is_npy, read_npy, can_be_mapped=True),
    DataFormat("NPZ", ("*.npz",), _is_npz, lambda path, mapped: read_npz(path)),
    DataFormat("IDX", ("*ubyte", "*.idx", "*.idx3", "*.idx1", "*.gz"), _is_idx, read_idx, can_be_mapped=True),
    DataFormat(
        "UNIPEN",
        ("*.unipen", "*.upen", "*.tra", "*.tes", "*.dat"),
        _is_unipen,
        lambda path, mapped: Splits(read_ink_dataset(path)),
        content="ink",
    ),
    DataFormat("CSV", ("*.csv", "*.txt"), _is_csv, lambda path, mapped: Splits(read_image_csv(path))),
)
"""All formats. The first one that matches is the format of a file, so formats with fixed first bytes precede text."""


def format_names(content: DataContent = "images") -> str:
    """Return the names of the formats as text: "NPY, NPZ, IDX or CSV"."""
    *most, last = [each.name for each in FORMATS if each.content == content]
    return f"{', '.join(most)} or {last}" if most else last


def file_patterns(*content: DataContent) -> str:
    """Return the patterns of all formats with this content, as the filter of a file dialog: "*.npy *.npz"."""
    return " ".join(pattern for each in FORMATS if each.content in content for pattern in each.patterns)


def format_of(path: Path) -> DataFormat:
    """Recognize the format of a file by its first bytes, or else by its name. Raises DataError if it is unknown."""
    with open_data_file(path) as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise DataError(f"{file_name(path)}: the file is empty; expected digits as {format_names()}.")
    found = next((each for each in FORMATS if each.matches(head, path)), None)
    if found is None:
        raise DataError(f"{file_name(path)}: the format is unknown; expected digits as {format_names()}.")
    return found


def read_dataset(path: Path, mapped: bool | None = None) -> Splits:
    """Read labelled 28x28 digits in any of the FORMATS of images; the format is recognized by the content.

    path: a file, or a folder with the MNIST files. The result has a test set if there is one: x_test and y_test of an
    NPZ file, the t10k files beside an IDX file called train, or the test files beside an NPY file called train.
    mapped: whether the images stay in their file and are read when they are needed (a MappedDataset; only uncompressed
    IDX, or NPY of bytes); None means: if the file is large. Raises DataError.
    """
    if isdir(path):  # unlike Path.is_dir, never raises
        return read_idx_folder(path, mapped)
    found = format_of(path)
    if found.content == "ink":
        raise DataError(f"{file_name(path)}: contains pen strokes; expected images of digits as {format_names()}.")
    if mapped and not found.can_be_mapped:
        raise DataError(f"{file_name(path)}: this format cannot be mapped; expected uncompressed IDX, or NPY of bytes.")
    return found.read(path, mapped)
