"""Data sets larger than memory: images stay in the file and are read when a batch needs them."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.data.dataset import (
    DIGITS,
    Dataset,
    Rows,
    check_classes,
    check_image_array,
    check_label_array,
    held_out_count,
)

SHUFFLED_ROWS = 64
"""Number of consecutive examples that stay together when a mapped dataset is shuffled or split: 50 kB of MNIST."""

WINDOW_BLOCKS = 128
"""Number of blocks whose examples are shuffled together: 8,192 examples, 6.4 MB of MNIST."""

BLOCKS_PER_RELEASE = 4
"""Number of blocks that are read before the process releases its pages. Linux may map 2 MB for each of these blocks."""

LABELS_PER_BLOCK = 2**16


class MappedArray:
    """An array within a file, mapped into memory: the system reads a page when it is first used.

    Used pages count as memory of this process, so it releases them regularly. They mostly stay in the system's cache
    and are quick to read again. (Windows has no such call and releases pages itself.) Any number of threads may read at
    the same time. The file must not change meanwhile: reading a page that no longer exists ends the process.
    """

    def __init__(self, file: BinaryIO, offset: int, dtype: DTypeLike, shape: tuple[int, ...]) -> None:
        """Map the array of type `dtype` and `shape` that begins at byte `offset` of the open `file`.

        Raises OSError, or ValueError if the file is too short.
        """
        self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._entries = np.frombuffer(self._pages, dtype, prod(shape), offset).reshape(shape[0], prod(shape[1:]))
        self.shape, self.dtype = shape, self._entries.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, rows: NDArray[np.intp], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Copy the entries `rows` into `out` (rows, numbers per entry), by default a new array of the file's type.

        Each block of the file is read once, for any order of the rows.
        """
        if out is None:
            out = np.empty((len(rows), self._entries.shape[1]), self.dtype)
        blocks = rows // SHUFFLED_ROWS
        # Sort the requests by block and split them where the block changes; `positions` are indices of `rows`.
        order = np.argsort(blocks, kind="stable")
        first_of_block = np.flatnonzero(np.diff(blocks[order])) + 1
        for number, positions in enumerate(np.split(order, first_of_block), start=1):
            out[positions] = self._entries[rows[positions]]
            if number % BLOCKS_PER_RELEASE == 0:
                self._release_pages()
        self._release_pages()
        return out

    def _release_pages(self) -> None:
        """Let the system take back the pages: they count as memory of this process until then."""
        if hasattr(self._pages, "madvise"):
            self._pages.madvise(mmap.MADV_DONTNEED)


class FileWindow(NamedTuple):
    """Blocks of a mapped dataset in memory, for fast access to single examples. The arrays are never changed.

    Attributes:
        blocks: their numbers in the file, in rising order.
        arrays: the images (rows, size) uint8 and the labels (rows, 1) intp, block after block.
    """

    blocks: NDArray[np.intp]
    arrays: tuple[NDArray[Any], NDArray[Any]]

    def find(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Return the positions in the window of `rows` of the file, and whether the window holds them."""
        blocks, offsets = np.divmod(rows, SHUFFLED_ROWS)
        # Only the last block of the file can be shorter than SHUFFLED_ROWS, and it is always the last of the window, so
        # block number i of the window begins at i * SHUFFLED_ROWS.
        slots = np.minimum(np.searchsorted(self.blocks, blocks), len(self.blocks) - 1)
        return slots * SHUFFLED_ROWS + offsets, self.blocks[slots] == blocks


class MappedDataset(Dataset):
    """Labelled images that stay in their files; an epoch reads them once, in random order.

    images: (n, height, width) uint8; labels: (n,) integers of any type, each an index into `class_names`. Both are
    mapped, so memory does not grow with n. blocks: the blocks of SHUFFLED_ROWS consecutive images that belong to this
    dataset, in rising order; None for all.

    How random the order is: an epoch shuffles the blocks, reads WINDOW_BLOCKS of them at a time into a window, and
    shuffles the images of the window. So any two images can be in the same batch. If the file is in random order,
    batches are random too. If the file is sorted by class (ten classes of equal size), the fraction of a class in a
    window has a standard deviation of 2.7 percentage points, because a window holds only 128 independent blocks:
    sqrt(p (1 - p) / 128) with p = 0.1. This is as in batches of 128 images drawn from all images, but all 64 batches of
    a window share it.

    Rows may be read in any order and by several threads at once, also during an epoch; the rows of the latest batch are
    the fastest.

    Raises DataError if images and labels do not match, as Dataset does.
    """

    def __init__(
        self,
        images: MappedArray,
        labels: MappedArray,
        class_names: tuple[str, ...] = DIGITS,
        source: str = "",
        blocks: NDArray[np.intp] | None = None,
    ) -> None:
        object.__setattr__(self, "class_names", class_names)
        object.__setattr__(self, "source", source)
        self._files = images, labels
        if blocks is None:  # otherwise this is a part of a data set that has been checked
            _check(images, labels, class_names, source)
            blocks = np.arange(-(-len(images) // SHUFFLED_ROWS))
        self._blocks = blocks
        self._count = _row_count(blocks, len(images))
        self._window: FileWindow | None = None

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"MappedDataset({len(self):,} images {self.input_shape}, source={self.source!r})"

    @property
    def images(self) -> NDArray[Any]:
        """All images, read into memory. Use it only for datasets that fit into memory."""
        return self.take(slice(None)).images

    @property
    def labels(self) -> NDArray[Any]:
        """All labels, read into memory."""
        return self.targets(slice(None))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one image: (height, width)."""
        return self._files[0].shape[1:]

    @property
    def is_bytes(self) -> bool:
        """Always True: the images are bytes."""
        return True

    def copy_images(self, rows: NDArray[np.intp], out: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Copy the chosen images as bytes into `out` (rows, height * width) and return it."""
        self._gather(0, rows, out)
        return out

    def example(self, row: int, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """Return None: the examples are not in memory."""
        return None

    def targets(self, rows: Rows, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Return the labels (rows,) intp; if `out` is given, it is filled and returned."""
        row_numbers = self._row_numbers(rows)
        if out is None:
            out = np.empty(len(row_numbers), np.intp)
        self._gather(1, row_numbers, out[:, None])
        return out

    def _gather(self, part: int, rows: NDArray[np.intp], out: NDArray[Any]) -> None:
        """Fill `out` (rows, numbers) with the images (part 0) or labels (part 1); rows outside the window are read."""
        file_rows, window = self._file_rows(rows), self._window  # another thread may replace the window meanwhile
        if window is None:
            self._files[part].read(file_rows, out)
            return
        positions, in_window = window.find(file_rows)
        np.take(window.arrays[part], positions, axis=0, out=out, mode="clip")  # other modes copy `out` first
        if not in_window.all():
            out[~in_window] = self._files[part].read(file_rows[~in_window])

    def batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """Yield the rows of each batch of one epoch in a new random order; the last batch holds the remaining rows.

        See the class for how random the order is. A batch size above the size of the dataset gives one batch of all
        rows; their numbers temporarily take 16 bytes each.
        """
        waiting = np.empty(
            0, np.intp
        )  # rows that do not fill a batch yet; they begin the first batch of the next window
        for window in self._windows(rng):
            waiting = np.concatenate([waiting, window])
            complete = len(waiting) - len(waiting) % batch_size
            for start in range(0, complete, batch_size):
                yield waiting[start : start + batch_size]
            waiting = waiting[complete:]
        if len(waiting):
            yield waiting

    def _windows(self, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """Yield the shuffled rows of each window of one epoch, after the window has been read."""
        order = rng.permutation(len(self._blocks))
        for start in range(0, len(order), WINDOW_BLOCKS):
            chosen = np.sort(order[start : start + WINDOW_BLOCKS])
            rows = _rows_of(chosen, len(self))
            file_rows = self._file_rows(rows)
            self._window = None  # free its memory before the next one is read
            images, labels = self._files
            label_rows = labels.read(file_rows).astype(np.intp)
            self._window = FileWindow(self._blocks[chosen], (images.read(file_rows), label_rows))
            yield rng.permutation(rows)

    def split(self, fraction: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Hold out a random `fraction` in (0, 1) of the images in whole blocks: return (remaining, held out).

        Nothing is read or copied. At least one block remains, so all of a data set of one block remains.
        """
        held_out = held_out_count(len(self._blocks), fraction)
        order = rng.permutation(len(self._blocks))
        return self._subset(np.sort(order[held_out:])), self._subset(np.sort(order[:held_out]))

    def _subset(self, blocks: NDArray[np.intp]) -> MappedDataset:
        images, labels = self._files
        return MappedDataset(images, labels, self.class_names, self.source, self._blocks[blocks])

    def _chosen(self, rows: Rows) -> NDArray[Any]:
        row_numbers = self._row_numbers(rows)
        return self.copy_images(row_numbers, np.empty((len(row_numbers), prod(self.input_shape)), np.uint8))

    def _row_numbers(self, rows: Rows) -> NDArray[np.intp]:
        return np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows

    def _file_rows(self, rows: Rows) -> NDArray[np.intp]:
        """Return the rows in the files that belong to `rows` of this data set."""
        # Only the last block of a dataset can be shorter than SHUFFLED_ROWS, so row r is in block r // SHUFFLED_ROWS.
        blocks, offsets = np.divmod(self._row_numbers(rows), SHUFFLED_ROWS)
        file_rows: NDArray[np.intp] = self._blocks[blocks] * SHUFFLED_ROWS + offsets
        return file_rows


def _rows_of(blocks: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return all rows of some blocks, of a data set with `count` rows."""
    rows = (blocks[:, None] * SHUFFLED_ROWS + np.arange(SHUFFLED_ROWS)).ravel()
    return rows[rows < count]


def _row_count(blocks: NDArray[np.intp], rows_in_file: int) -> int:
    """Return the number of rows in some blocks: SHUFFLED_ROWS each, but the last block of the file may be shorter."""
    if not len(blocks):
        return 0
    return len(blocks) * SHUFFLED_ROWS - max(0, (int(blocks[-1]) + 1) * SHUFFLED_ROWS - rows_in_file)


def _check(images: MappedArray, labels: MappedArray, class_names: tuple[str, ...], source: str) -> None:
    check_image_array(images.shape, images.dtype, source)
    check_label_array(labels.shape, labels.dtype, len(images), source)
    for start, block in label_blocks(labels):
        check_classes(block, class_names, source, start)


def label_blocks(labels: MappedArray) -> Iterator[tuple[int, NDArray[Any]]]:
    """Yield the mapped labels (n,) in blocks of LABELS_PER_BLOCK, each with the index of its first label."""
    for start in range(0, len(labels), LABELS_PER_BLOCK):
        yield start, labels.read(np.arange(start, min(start + LABELS_PER_BLOCK, len(labels))))[:, 0]
