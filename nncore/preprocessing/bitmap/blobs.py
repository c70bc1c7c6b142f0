"""What hangs together in a mask of ink, and which of it belongs to one digit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPECK = 0.03
"""Share of the largest blob's size (the larger side of its box) and of its ink below which a blob is dirt."""

DUST = 0.012
"""Share of the picture's larger side that nothing on an empty sheet reaches."""

PART = 0.55
"""Share of the tallest blob's height below which a blob is a part of a digit beside it, not one of its own."""

OVERLAP = 0.35
"""Share of the narrower of two blobs' widths that lies above or below the other if they are one digit."""


@dataclass(frozen=True)
class Blob:
    """A set of blobs that are one thing: `numbers` in the labelled mask, and their box, the far edges not included."""

    numbers: tuple[int, ...]
    top: int
    bottom: int
    left: int
    right: int
    pixels: int

    @property
    def height(self) -> int:
        """In pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """In pixels."""
        return self.right - self.left

    def with_(self, other: Blob) -> Blob:
        """Both as one."""
        return Blob(
            self.numbers + other.numbers,
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
            self.pixels + other.pixels,
        )


def label(mask: NDArray[np.bool_], diagonal: bool = True) -> tuple[NDArray[np.int32], list[Blob]]:
    """Number what hangs together in `mask` (height, width): the numbers (0 for what is not set), and each one's Blob.

    diagonal: whether pixels that touch by a corner hang together. Runs of pixels along each row are the nodes of a
    graph, those that touch in neighbouring rows its edges; labels spread along the edges by pointer jumping
    (Y. Shiloach and U. Vishkin, "An O(log n) parallel connectivity algorithm", Journal of Algorithms 3, 1982).
    """
    height, width = mask.shape
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    edges = np.flatnonzero(np.diff(padded.ravel()))  # a run begins where the first differs, and ends where the second
    starts, ends = edges[0::2] + 1, edges[1::2] + 1
    roots = _roots(len(starts), *_touching(starts, ends, width + 2, int(diagonal)))
    names, number = np.unique(roots, return_inverse=True)
    lengths = ends - starts
    flat = np.zeros(height * (width + 2), np.int32)
    flat[np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())] = np.repeat(
        number + 1, lengths
    )
    labels = flat.reshape(height, width + 2)[:, 1:-1]
    return labels, _boxes(len(names), number, starts, ends, width + 2)


def _touching(
    starts: NDArray[np.intp], ends: NDArray[np.intp], row: int, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of runs that touch, the upper ones and the lower ones; places count on from row to row, `row` apart."""
    first = np.searchsorted(ends + row, starts - reach, side="right")  # the first run above that ends beyond my start
    last = np.searchsorted(starts + row, ends + reach, side="left")
    counts = np.maximum(last - first, 0)
    lower = np.repeat(np.arange(len(starts)), counts)
    upper = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return upper, lower


def _roots(n: int, upper: NDArray[np.intp], lower: NDArray[np.intp]) -> NDArray[np.intp]:
    """One and the same number for all of n nodes that edges connect."""
    parent = np.arange(n)
    while True:
        one, other = parent[upper], parent[lower]
        apart = one != other
        if not apart.any():
            return parent
        one, other = one[apart], other[apart]
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while (parent != parent[parent]).any():
            parent = parent[parent]


def _boxes(
    count: int, number: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp], row: int
) -> list[Blob]:
    rows, left, right = starts // row, starts % row - 1, ends - (starts // row) * row - 1
    top, bottom = np.full(count, np.iinfo(np.intp).max), np.full(count, -1)
    first, last, pixels = top.copy(), bottom.copy(), np.zeros(count, np.intp)
    np.minimum.at(top, number, rows)
    np.maximum.at(bottom, number, rows)
    np.minimum.at(first, number, left)
    np.maximum.at(last, number, right)
    np.add.at(pixels, number, right - left)
    columns = (array.tolist() for array in (top, bottom, first, last, pixels))
    boxes = enumerate(zip(*columns, strict=True), start=1)
    return [Blob((i,), t, b + 1, near, far, ink) for i, (t, b, near, far, ink) in boxes]


def digits(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Those of `blobs` that are digits, parts of one joined, from left to right; dirt is left out.

    What touches the border of the picture, of `shape` (height, width), is left out too if there is something of size
    that does not: it is the edge of the paper, or what the next writes.
    """
    blobs = _without_border(blobs, shape)
    if not blobs:
        return []
    largest = max(_size(blob) for blob in blobs)
    most = max(blob.pixels for blob in blobs)
    if largest < DUST * max(shape):
        return []
    kept = [blob for blob in blobs if _size(blob) > SPECK * largest and blob.pixels > SPECK * most]
    joined: list[Blob] = []
    for blob in sorted(kept, key=lambda blob: blob.left):
        while joined and _one_digit(joined[-1], blob):
            blob = joined.pop().with_(blob)
        joined.append(blob)
    return _with_parts(joined)


def _without_border(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Those that do not touch the border, else all but slivers there, else all: the first that hold a thing of size."""
    enough = max(shape) / 10
    free = [blob for blob in blobs if not _touches(blob, shape)]
    broad = [blob for blob in blobs if min(blob.height, blob.width) > enough / 2 or not _touches(blob, shape)]
    for chosen in (free, broad):
        if any(_size(blob) >= enough for blob in chosen):
            return chosen
    return blobs


def _touches(blob: Blob, shape: tuple[int, int]) -> bool:
    return blob.top == 0 or blob.left == 0 or blob.bottom == shape[0] or blob.right == shape[1]


def _size(blob: Blob) -> int:
    return max(blob.height, blob.width)


def _one_digit(one: Blob, other: Blob) -> bool:
    common = min(one.right, other.right) - max(one.left, other.left)
    return common > OVERLAP * min(one.width, other.width)


def _with_parts(blobs: list[Blob]) -> list[Blob]:
    """The blobs with every small one joined to its nearest neighbour; one too far off is dirt."""
    tallest = max(_size(blob) for blob in blobs)
    whole = [blob for blob in blobs if _size(blob) >= PART * tallest]
    for part in (blob for blob in blobs if _size(blob) < PART * tallest):
        place = min(range(len(whole)), key=lambda i: _gap(whole[i], part))
        if _gap(whole[place], part) < PART * tallest / 2:
            whole[place] = whole[place].with_(part)
    return whole


def _gap(one: Blob, other: Blob) -> int:
    """Pixels between two boxes, the larger of those across and down."""
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)
