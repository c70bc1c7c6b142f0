"""Read digits from files: pictures as IDX, CSV, NPY or NPZ, pen strokes as UNIPEN.

A file is read whole or refused with one DataError that says where it is wrong, what was found, and what was expected.
Rows, columns, images and bytes are counted from 1, as an editor shows them. Read first: `idx.py`.
"""

from os.path import isdir
from pathlib import Path

from nncore.data.dataset import Splits
from nncore.data.formats.files import opened
from nncore.data.formats.idx import read_idx, read_idx_folder
from nncore.data.formats.image_csv import read_csv
from nncore.data.formats.npy import read_npy
from nncore.data.formats.npz import read_npz
from nncore.data.formats.unipen import InkSamples, read_ink
from nncore.errors import DataError, name_of

__all__ = ["InkSamples", "read_dataset", "read_ink"]

GZIP, ZIP, NPY = b"\x1f\x8b", b"PK", b"\x93NUMPY"


def read_dataset(path: Path, mapped: bool | None = None) -> Splits:
    """Read labelled 28x28 digits; which format it is, the content tells.

    training: what the file holds. test: its test part, if it has one: x_test and y_test of an NPZ file, the t10k files
    beside an IDX file called train, the test files beside an NPY file called train. validation: None. `path` may also
    be a folder with the MNIST files. mapped: whether the images stay in their file and are read when they are needed
    (a MappedDataset; plain IDX, or NPY of bytes); None, if they are many. Raises DataError.
    """
    if isdir(path):  # unlike Path.is_dir, never raises
        return read_idx_folder(path, mapped)
    with opened(path) as file:
        start = file.read(512)
    if not start:
        raise DataError(f"{name_of(path)}: the file is empty; expected digits as IDX, CSV, NPY or NPZ.")
    if start.startswith(NPY) or path.suffix.lower() == ".npy":
        return read_npy(path, mapped)
    idx = start.startswith((GZIP, b"\0\0")) or "-ubyte" in path.name or ".idx" in path.name
    if mapped and not idx:
        raise DataError(f"{name_of(path)}: cannot be mapped; expected plain IDX, or NPY of bytes.")
    if start.startswith(ZIP) or path.suffix.lower() == ".npz":
        return read_npz(path)
    if idx:
        return read_idx(path, mapped)
    if start.lstrip().startswith(b"."):
        raise DataError(f"{name_of(path)}: holds pen strokes; expected pictures of digits as IDX, CSV, NPY or NPZ.")
    if b"\0" in start:
        raise DataError(f"{name_of(path)}: is of an unknown kind; expected digits as IDX, CSV, NPY or NPZ.")
    return Splits(read_csv(path))
