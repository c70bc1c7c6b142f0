"""Find the connected components (blobs) of a mask of ink, and group them into digits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_RELATIVE_SIZE = 0.03
"""A blob is dirt if its size (the larger side of its box) or its number of pixels is below this fraction of the largest
blob's."""

MIN_INK_SIZE = 0.012
"""The sheet is empty if its largest blob is smaller than this fraction of the image's larger side."""

MAX_PART_SIZE = 0.55
"""A blob below this fraction of the largest blob's size is a part of the digit beside it, not a digit."""

MIN_OVERLAP = 0.35
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
        """The height of the box in pixels."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """The width of the box in pixels."""
        return self.right - self.left

    @property
    def size(self) -> int:
        """The larger side of the box in pixels."""
        return max(self.height, self.width)

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


def connected_components(mask: NDArray[np.bool_], diagonal: bool = True) -> tuple[NDArray[np.int32], list[Blob]]:
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
    roots = _component_roots(len(starts), *_touching_runs(starts, ends, width + 2, int(diagonal)))
    unique_roots, blob_of_run = np.unique(roots, return_inverse=True)
    lengths = ends - starts
    flat = np.zeros(height * (width + 2), np.int32)
    # The positions of all pixels of all runs: the start of each run, then start + 1, ... up to its length.
    flat[np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())] = np.repeat(
        blob_of_run + 1, lengths
    )
    labels = flat.reshape(height, width + 2)[:, 1:-1]
    return labels, _blobs(len(unique_roots), blob_of_run, starts, ends, width + 2)


def _touching_runs(
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


def _component_roots(n: int, upper: NDArray[np.intp], lower: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return a number for each of n nodes that is the same for all nodes of a connected component."""
    parent = np.arange(n)
    while True:
        upper_root, lower_root = parent[upper], parent[lower]
        different = upper_root != lower_root
        if not different.any():
            return parent
        upper_root, lower_root = upper_root[different], lower_root[different]
        # Each edge between two trees hangs the root with the larger number below the other. Parents therefore never
        # have larger numbers than their children, and no cycle can arise.
        np.minimum.at(parent, np.maximum(upper_root, lower_root), np.minimum(upper_root, lower_root))
        while (parent != parent[parent]).any():  # pointer jumping: every node points to its root again
            parent = parent[parent]


def _blobs(
    count: int, blob_of_run: NDArray[np.intp], starts: NDArray[np.intp], ends: NDArray[np.intp], row: int
) -> list[Blob]:
    """Return `count` blobs; blob_of_run: the blob (0 to count - 1) of each run. `row` is the length of a padded row."""
    # Minus 1, because the padded rows begin with an empty column. A run's end may be the last position of its row, so
    # it is measured from the row of the start.
    rows, left, right = starts // row, starts % row - 1, ends - (starts // row) * row - 1
    top, bottom = np.full(count, np.iinfo(np.intp).max), np.full(count, -1)
    first, last, pixels = top.copy(), bottom.copy(), np.zeros(count, np.intp)
    np.minimum.at(top, blob_of_run, rows)
    np.maximum.at(bottom, blob_of_run, rows)
    np.minimum.at(first, blob_of_run, left)
    np.maximum.at(last, blob_of_run, right)
    np.add.at(pixels, blob_of_run, right - left)
    columns = (array.tolist() for array in (top, bottom, first, last, pixels))
    boxes = enumerate(zip(*columns, strict=True), start=1)
    return [Blob((i,), t, b + 1, x0, x1, size) for i, (t, b, x0, x1, size) in boxes]


def digit_blobs(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Group blobs into digits, from left to right: parts of a digit are merged, and dirt is left out.

    Blobs that touch the border of an image of `shape` (height, width) are left out if there is a large blob that does
    not touch it: they are the edge of the paper or belong to other writing.
    """
    blobs = _without_border(blobs, shape)
    if not blobs:
        return []
    max_size, max_pixels = max(blob.size for blob in blobs), max(blob.pixels for blob in blobs)
    if max_size < MIN_INK_SIZE * max(shape):
        return []
    min_size, min_pixels = MIN_RELATIVE_SIZE * max_size, MIN_RELATIVE_SIZE * max_pixels
    clean = [blob for blob in blobs if blob.size > min_size and blob.pixels > min_pixels]
    merged: list[Blob] = []
    for blob in sorted(clean, key=lambda blob: blob.left):
        while merged and _overlap_horizontally(merged[-1], blob):
            blob = merged.pop().merged_with(blob)
        merged.append(blob)
    return _with_parts_merged(merged)


def _without_border(blobs: list[Blob], shape: tuple[int, int]) -> list[Blob]:
    """Leave out the blobs at the border. If no large blob remains, leave out only the narrow blobs at the border.

    If there is still no large blob, return all blobs.
    """
    min_large = max(shape) / 10
    inside = [blob for blob in blobs if not _touches_border(blob, shape)]
    without_edges = [
        blob for blob in blobs if min(blob.height, blob.width) > min_large / 2 or not _touches_border(blob, shape)
    ]
    for chosen in (inside, without_edges):
        if any(blob.size >= min_large for blob in chosen):
            return chosen
    return blobs


def _touches_border(blob: Blob, shape: tuple[int, int]) -> bool:
    return blob.top == 0 or blob.left == 0 or blob.bottom == shape[0] or blob.right == shape[1]


def _overlap_horizontally(one: Blob, other: Blob) -> bool:
    """Return whether two blobs overlap so much that they are parts of one digit."""
    common = min(one.right, other.right) - max(one.left, other.left)
    return common > MIN_OVERLAP * min(one.width, other.width)


def _with_parts_merged(blobs: list[Blob]) -> list[Blob]:
    """Merge every small blob with the nearest digit; a small blob that is far from all digits is dirt."""
    max_size = max(blob.size for blob in blobs)
    digits = [blob for blob in blobs if blob.size >= MAX_PART_SIZE * max_size]
    for part in (blob for blob in blobs if blob.size < MAX_PART_SIZE * max_size):
        nearest = min(range(len(digits)), key=lambda i: _gap(digits[i], part))
        if _gap(digits[nearest], part) < MAX_PART_SIZE * max_size / 2:
            digits[nearest] = digits[nearest].merged_with(part)
    return digits


def _gap(one: Blob, other: Blob) -> int:
    """Return the gap between two boxes in pixels: the larger of the horizontal and the vertical gap."""
    across = max(one.left, other.left) - min(one.right, other.right)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return max(across, down, 0)
