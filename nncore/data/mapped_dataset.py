"""Data larger than memory: read from the file whenever a batch needs it."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from math import prod
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.data.dataset import DIGITS, Dataset, Rows, check_classes, held_out_of
from nncore.errors import DataError

BLOCK_ROWS = 64
"""Consecutive examples that travel together when a mapped set is shuffled or split: 50 kB of MNIST."""

WINDOW_BLOCKS = 128
"""Blocks whose examples are mixed with each other: 8,192 examples, 6.4 MB of MNIST."""

BLOCKS_TO_FORGET = 4
"""Blocks read from a file before the process gives its pages back; Linux may map 2 MB for the first touch of each."""

LABELS_AT_ONCE = 2**16


class MappedArray:
    """An array within a file, mapped into memory: the system reads a page when it is touched.

    Touched pages count as memory of this process, so they are given back again and again; they mostly stay in the
    system's cache, from where they come again at almost no cost. (Windows has no such call, and takes pages back as it
    sees fit.) Any number of threads may read at once. The file must stay as it is meanwhile: touching a page that was
    cut off ends the process.
    """

    def __init__(self, file: BinaryIO, offset: int, dtype: DTypeLike, shape: tuple[int, ...]) -> None:
        """Map the array of that type and shape which begins at byte `offset` of the open `file`.

        Raises OSError, or ValueError if the file is too short.
        """
        self._pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._entries = np.frombuffer(self._pages, dtype, prod(shape), offset).reshape(shape[0], prod(shape[1:]))
        self.shape, self.dtype = shape, self._entries.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def read(self, rows: NDArray[np.intp], out: NDArray[Any] | None = None) -> NDArray[Any]:
        """Copy the entries `rows` into `out` (rows, numbers an entry), by default a fresh array of the file's type.

        However the rows are ordered, each block of the file is visited once.
        """
        if out is None:
            out = np.empty((len(rows), self._entries.shape[1]), self.dtype)
        blocks = rows // BLOCK_ROWS
        order = np.argsort(blocks, kind="stable")
        begins = np.flatnonzero(np.diff(blocks[order])) + 1
        for number, of_block in enumerate(np.split(order, begins), start=1):
            out[of_block] = self._entries[rows[of_block]]
            if number % BLOCKS_TO_FORGET == 0:
                self._forget()
        self._forget()
        return out

    def _forget(self) -> None:
        if hasattr(self._pages, "madvise"):
            self._pages.madvise(mmap.MADV_DONTNEED)


class Window(NamedTuple):
    """Blocks of a mapped set held in memory, where single examples are fast to reach; nobody writes to it.

    blocks: their numbers in the file, rising. images (rows, size), labels (rows, 1): theirs, one block after another.
    """

    blocks: NDArray[np.intp]
    images: NDArray[np.uint8]
    labels: NDArray[Any]

    def find(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """Where in the window the `rows` of the file are, and whether they are there at all."""
        blocks, within = np.divmod(rows, BLOCK_ROWS)
        slots = np.minimum(np.searchsorted(self.blocks, blocks), len(self.blocks) - 1)
        return slots * BLOCK_ROWS + within, self.blocks[slots] == blocks


class MappedDataset(Dataset):
    """Labelled images that stay in their files; an epoch reads them once, in random order.

    images: (n, height, width) uint8; labels: (n,) integers of any type, each an index into `class_names`; both are
    mapped, so the memory taken does not grow with n. blocks: which blocks of BLOCK_ROWS consecutive images belong to
    this set, in rising order; None for all.

    How random the order is: an epoch deals out the blocks in random order, WINDOW_BLOCKS of them at a time, reads them
    into a window, and takes all its images in random order. Any image may so meet any other in a batch, and of a file
    in no particular order batches are as random as they can be. Even if the file is sorted by class (ten, equally
    large), the share of a class in a window has a standard deviation of 2.7 in 100, as it has in batches of 128 drawn
    from all images; but the 64 batches of one window share what it has too much of.

    Rows may be read in any order and by several threads at once, also while batches are being taken; those of the
    batch given last are the fast ones.

    Raises DataError if images and labels do not belong together, as Dataset does.
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
        if blocks is None:  # else they have been checked with the whole set
            _check(images, labels, class_names, source)
            blocks = np.arange(-(-len(images) // BLOCK_ROWS))
        self._blocks = blocks
        self._count = _rows_in(blocks, len(images))
        self._window: Window | None = None

    def __len__(self) -> int:
        return self._count

    def __repr__(self) -> str:
        return f"MappedDataset({len(self):,} images {self.input_shape}, source={self.source!r})"

    @property
    def images(self) -> NDArray[Any]:
        """All images, read into memory: only for a set that fits."""
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
        """True: `raw` can give the images."""
        return True

    def raw(self, rows: NDArray[np.intp], out: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The chosen images as bytes, copied into `out` (rows, height * width), which is returned."""
        images, _ = self._files
        places, window = self._places(rows), self._window
        if window is None:
            return images.read(places, out)
        where, held = window.find(places)
        np.take(window.images, where, axis=0, out=out, mode="clip")
        if not held.all():
            out[~held] = images.read(places[~held])
        return out

    def example(self, row: int, dtype: DTypeLike) -> tuple[NDArray[Any], NDArray[Any]] | None:
        """None: no example is in memory."""
        return None

    def targets(self, rows: Rows, out: NDArray[Any] | None = None) -> NDArray[Any]:
        """The labels (rows,) intp; `out`, if given, is filled and returned."""
        _, labels = self._files
        places, window = self._places(rows), self._window
        if out is None:
            out = np.empty(len(places), np.intp)
        if window is None:
            out[:] = labels.read(places)[:, 0]
            return out
        where, held = window.find(places)
        out[:] = window.labels[:, 0].take(where, mode="clip")
        if not held.all():
            out[~held] = labels.read(places[~held])[:, 0]
        return out

    def batches(self, batch_size: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """The rows of each batch of one epoch, in a fresh order as random as the class says; the last is what remains.

        A batch larger than the set is the whole set; the numbers of its rows then take 16 bytes each for a while.
        """
        waiting = np.empty(0, np.intp)
        for window in self._windows(rng):
            waiting = np.concatenate([waiting, window])
            whole = len(waiting) - len(waiting) % batch_size
            for start in range(0, whole, batch_size):
                yield waiting[start : start + batch_size]
            waiting = waiting[whole:]
        if len(waiting):
            yield waiting

    def _windows(self, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """The rows of each window of one epoch, mixed, once the window has been read."""
        order = rng.permutation(len(self._blocks))
        for start in range(0, len(order), WINDOW_BLOCKS):
            chosen = np.sort(order[start : start + WINDOW_BLOCKS])
            rows = _rows_of(chosen, len(self))
            places = self._places(rows)
            self._window = None  # gone before the next takes its place in memory
            images, labels = self._files
            self._window = Window(self._blocks[chosen], images.read(places), labels.read(places))
            yield rng.permutation(rows)

    def split(self, share: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Hold out a random `share` in (0, 1) of the images, by whole blocks: (those that stay, those held out).

        Nothing is read or copied. At least one block stays; of a single block none is held out.
        """
        held_out = held_out_of(len(self._blocks), share)
        order = rng.permutation(len(self._blocks))
        return self._part(np.sort(order[held_out:])), self._part(np.sort(order[:held_out]))

    def _part(self, blocks: NDArray[np.intp]) -> MappedDataset:
        images, labels = self._files
        return MappedDataset(images, labels, self.class_names, self.source, self._blocks[blocks])

    def _chosen(self, rows: Rows) -> NDArray[Any]:
        rows = self._numbers(rows)
        return self.raw(rows, np.empty((len(rows), prod(self.input_shape)), np.uint8))

    def _numbers(self, rows: Rows) -> NDArray[np.intp]:
        return np.arange(*rows.indices(len(self))) if isinstance(rows, slice) else rows

    def _places(self, rows: Rows) -> NDArray[np.intp]:
        """Where in the files the rows of this set are."""
        blocks, within = np.divmod(self._numbers(rows), BLOCK_ROWS)
        places: NDArray[np.intp] = self._blocks[blocks] * BLOCK_ROWS + within
        return places


def _rows_of(blocks: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """The rows of some blocks, of `count` rows in all."""
    rows = (blocks[:, None] * BLOCK_ROWS + np.arange(BLOCK_ROWS)).ravel()
    return rows[rows < count]


def _rows_in(blocks: NDArray[np.intp], rows_in_file: int) -> int:
    """How many rows some blocks have: BLOCK_ROWS each, but for the last of the file, which may be shorter."""
    if not len(blocks):
        return 0
    return len(blocks) * BLOCK_ROWS - max(0, (int(blocks[-1]) + 1) * BLOCK_ROWS - rows_in_file)


def _check(images: MappedArray, labels: MappedArray, class_names: tuple[str, ...], source: str) -> None:
    if len(images.shape) != 3 or images.dtype != np.uint8:
        raise DataError(
            f"{source}: images are {images.dtype} {images.shape}; "
            "expected uint8 with three axes: how many, height, width."
        )
    if labels.shape != (len(images),):
        raise DataError(f"{source}: {len(images)} images, but labels {labels.shape}.")
    if labels.dtype.kind not in "iu":
        raise DataError(f"{source}: labels are {labels.dtype}; expected whole numbers.")
    for start in range(0, len(labels), LABELS_AT_ONCE):
        some = labels.read(np.arange(start, min(start + LABELS_AT_ONCE, len(labels))))
        check_classes(some[:, 0], class_names, source, start)
