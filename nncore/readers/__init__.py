"""Read digits from files: pictures as IDX, CSV or NPZ, pen strokes as UNIPEN.

A file is read whole or refused with one DataError that says where it is wrong, what was found, and what was expected.
Rows, columns, images and bytes are counted from 1, as an editor shows them.
"""

from __future__ import annotations

from os.path import isdir
from pathlib import Path

from nncore.dataset import Splits
from nncore.errors import DataError
from nncore.readers.csv_table import read_csv
from nncore.readers.idx import read_idx, read_idx_folder
from nncore.readers.npz import read_npz
from nncore.readers.opening import name_of, opened
from nncore.readers.unipen import InkSamples, read_ink

__all__ = ["InkSamples", "read_dataset", "read_ink"]

GZIP, ZIP = b"\x1f\x8b", b"PK"


def read_dataset(path: Path) -> Splits:
    """Read labelled 28x28 digits; which format it is, the content tells.

    training: what the file holds. test: its test part, if it has one: x_test and y_test of an NPZ file, the t10k files
    beside an IDX file called train. validation: None. `path` may also be a folder with the MNIST files.
    Raises DataError.
    """
    if isdir(path):  # unlike Path.is_dir, never raises
        return read_idx_folder(path)
    with opened(path) as file:
        start = file.read(512)
    if not start:
        raise DataError(f"{name_of(path)}: the file is empty; expected digits as IDX, CSV or NPZ.")
    if start.startswith(ZIP) or path.suffix.lower() == ".npz":
        return read_npz(path)
    if start.startswith((GZIP, b"\0\0")) or "-ubyte" in path.name or ".idx" in path.name:
        return read_idx(path)
    if start.lstrip().startswith(b"."):
        raise DataError(f"{name_of(path)}: holds pen strokes; expected pictures of digits as IDX, CSV or NPZ.")
    if b"\0" in start:
        raise DataError(f"{name_of(path)}: is of an unknown kind; expected digits as IDX, CSV or NPZ.")
    return Splits(read_csv(path))
