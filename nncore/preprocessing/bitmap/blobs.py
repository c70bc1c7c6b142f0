"""Find the connected components (blobs) of a mask of ink, and group them into digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SPECK = 0.03
"""A blob below this fraction of the largest blob's size (the larger side of its box) or of its ink is dirt."""

DUST = 0.012
"""If the largest blob is below this fraction of the image's larger side, the sheet is empty."""

PART = 0.55
"""A blob below this fraction of the largest blob's size is a part of the digit beside it, not a digit."""

OVERLAP = 0.35
"""Two blobs are one digit if they overlap horizontally by more than this fraction of the narrower one's width."""


@dataclass(frozen=True)
class Blob:
    """One or more connected components: their `numbers` in the labelled mask, and their box (end indices exclusive)."""

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

    def merged_with(self, other: Blob) -> Blob:
        """Return one blob that consists of both."""
        return Blob(
            self.numbers + other.numbers,
            min(self.top, other.top),
            max(self.bottom, other.bottom),
            min(self.left, other.left),
            max(self.right, other.right),
            self.pixels + other.pixels,
        )


def label(mask: NDArray[np.bool_], diagonal: bool = True) -> tuple[NDArray[np.int32], list[Blob]]:
    """Label the connected components of `mask` (height, width): return the labels, 0 for background, and their blobs.

    diagonal: whether pixels that touch at a corner are connected. The nodes of the graph are runs: maximal sequences of
    pixels within a row. Its edges are the pairs of runs that touch in neighbouring rows. Labels spread along the edges
    by pointer jumping (Y. Shiloach and U. Vishkin, "An O(log n) parallel connectivity algorithm", Journal of Algorithms
    3, 1982).
    """
    height, width = mask.shape
    # An empty column at either side ends each run within its row, so all rows can be searched as one sequence.
    padded = np.zeros((height, width + 2), np.int8)
    padded[:, 1:-1] = mask
    edges = np.flatnonzero(np.diff(padded.ravel()))  # alternately the start and the end of a run
    starts, ends = edges[0::2] + 1, edges[1::2] + 1
    roots = _roots(len(starts), *_touching(starts, ends, width + 2, int(diagonal)))
    names, number = np.unique(roots, return_inverse=True)
    lengths = ends - starts
    flat = np.zeros(height * (width + 2), np.int32)
    # The positions of all pixels of all runs: the start of each run, then start + 1, ... up to its length.
    flat[np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())] = np.repeat(
        number + 1, lengths
    )
    labels = flat.reshape(height, width + 2)[:, 1:-1]
    return labels, _boxes(len(names), number, starts, ends, width + 2)


def _touching(
    starts: NDArray[np.intp], ends: NDArray[np.intp], row: int, reach: int
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the pairs of runs that touch: (upper runs, lower runs). Positions are flat, with `row` per row.

    reach: 1 if runs that touch at a corner count, else 0.
    """
    # Moved down by one row, the runs above compare directly with the runs below. Runs are sorted, so those that touch
    # run i are consecutive: from the first that ends after i starts to the last that starts before i ends.
    first = np.searchsorted(ends + row, starts - reach, side="right")
    last = np.searchsorted(starts + row, ends + reach, side="left")
    counts = np.maximum(last - first, 0)
    lower = np.repeat(np.arange(len(starts)), counts)
    upper = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return upper, lower


def _roots(n: int, upper: NDArray[np.intp], lower: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return a number for each of n nodes that is the same for all nodes of a connected component."""
    parent = np.arange(n)
    while True:
        one, other = parent[upper], parent[lower]
        apart = one != other
        if not apart.any():
            return parent
        one, other = one[apart], other[apart]
        # Each edge between two trees hangs the root with the larger number below the other. Parents therefore never
        # have larger numbers than their children, and no cycle can arise.
        np.minimum.at(parent, np.maximum(one, other), np.minimum(one, other))
        while (parent != parent[parent]).any():  # pointer jumping: every node points to its root again
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


def digit_blobs(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Group blobs into digits, from left to right: parts of a digit are merged, and dirt is left out.

    Blobs that touch the border of an image of `shape` (height, width) are left out if there is a large blob that does
    not touch it: they are the edge of the paper or belong to other writing.
    """
    blobs = _without_border(blobs, shape)
    if not blobs:
        return []
    largest = max(_size(blob) for blob in blobs)
    most = max(blob.pixels for blob in blobs)
    if largest < DUST * max(shape):
        return []
    clean = [blob for blob in blobs if _size(blob) > SPECK * largest and blob.pixels > SPECK * most]
    merged: list[Blob] = []
    for blob in sorted(clean, key=lambda blob: blob.left):
        while merged and _one_digit(merged[-1], blob):
            blob = merged.pop().merged_with(blob)
        merged.append(blob)
    return _with_parts(merged)


def _without_border(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Leave out the blobs at the border, or else the narrow ones there; the first choice with a large blob left."""
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
    """Merge every small blob with its nearest large neighbour; a small blob far from all of them is dirt."""
    tallest = max(_size(blob) for blob in blobs)
    whole = [blob for blob in blobs if _size(blob) >= PART * tallest]
    for part in (blob for blob in blobs if _size(blob) < PART * tallest):
        place = min(range(len(whole)), key=lambda i: _gap(whole[i], part))
        if _gap(whole[place], part) < PART * tallest / 2:
            whole[place] = whole[place].merged_with(part)
    return whole


def _gap(one: Blob, other: Blob) -> int:
    """Return the gap between two boxes in pixels: the larger of the horizontal and the vertical gap."""
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)
