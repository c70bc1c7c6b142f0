"""Images with one stroke more, or with one piece erased, as a drawing gives them.

An image that comes from a drawing has two properties, which a change must keep: the larger side of its ink is 20
pixels, because a drawing is scaled to that, and its centre of mass is at a fixed place. So a stroke may not make the
ink larger, an erasure may not make it smaller, and the changed image is moved by whole pixels, as MNIST's are, so that
its centre of mass returns. A line of a drawing is erased in its whole width, so the eraser moves along its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nncore.preprocessing.bitmap.blobs import connected_components
from nncore.preprocessing.bitmap.paper import window_maximum
from nncore.preprocessing.bitmap.pipeline import line_thickness
from nncore.preprocessing.distance_field import coverage_of_lines
from nncore.preprocessing.ink import PEN_WIDTH, SIDE

ChangeKind = Literal["add", "erase"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("add", "erase")

MIDDLE_FRACTION = 0.85
"""A pixel is in the middle of a line if the ink around it is at least this fraction of the most ink nearby."""
ERASER_MARGIN = 1.5
"""Pixels by which the eraser is wider than the lines, so that it erases their whole width."""
ERASER_WIDTHS = (4.0, 8.0)
"""Smallest and largest width of the eraser in pixels."""

INK_LEVEL = 64
"""A pixel belongs to the ink if its grey value is at least this: a quarter of full ink."""
ERASED_LEVEL = 64
"""A pixel is erased if it lost at least this grey value."""
VISIBLE_LEVEL = 20
"""A pixel is altered if its grey value changes by at least this; a cut line is drawn again with errors of up to 18."""
SIZE_TOLERANCE = 1
"""Pixels by which the larger side of the ink may change. MNIST's own is 19 or 20."""
MAX_SHIFT = 3
"""Most pixels by which a changed image is moved."""

_middles = np.arange(SIDE, dtype=np.float32)
_MOMENTS = np.stack([np.ones(SIDE * SIDE, np.float32), np.tile(_middles, SIDE), np.repeat(_middles, SIDE)], axis=1)


@dataclass(frozen=True, eq=False)
class DrawnChange:
    """One change, as it is drawn.

    Attributes:
        image: (28, 28) uint8, the changed image.
        difference: (28, 28) int16, by how much the change alters each pixel, before the image is centred again.
        path: (points, 2) float32, the line of the pen or the eraser, on a canvas from 0 to 1.
        width: thickness of the pen or the eraser in the same units.
    """

    image: NDArray[np.uint8]
    difference: NDArray[np.int16]
    path: NDArray[np.float32]
    width: float

    @property
    def ink(self) -> float:
        """The added or erased ink, in pixels of full ink."""
        return float(np.abs(self.difference).sum(dtype=np.int64) / 255)

    @property
    def region(self) -> NDArray[np.bool_]:
        """The pixels (28, 28) that the change alters visibly."""
        return np.abs(self.difference) >= VISIBLE_LEVEL


class ChangedImages:
    """Changes of one image (28, 28) uint8, 0 for paper to 255 for ink, many at once."""

    def __init__(self, image: NDArray[np.uint8]) -> None:
        self.image = image
        self._flat = image.reshape(1, -1)
        self._centre = _centres_of_mass(self._flat)
        self._size = _sizes(self._flat)[0]
        self._is_middle = _middles_of_lines(image)
        eraser = np.ceil(line_thickness(image >= INK_LEVEL) + ERASER_MARGIN)
        self.widths: dict[ChangeKind, float] = {"add": PEN_WIDTH, "erase": float(np.clip(eraser, *ERASER_WIDTHS))}
        """Width in pixels of the pen and of the eraser."""

    def differences(self, kind: ChangeKind, coverages: NDArray[np.uint8]) -> NDArray[np.int16]:
        """Return by how much each change alters each pixel (n, 784), for coverages (n, 784) of the pen or the eraser.

        A stroke is drawn as every stroke is: a pixel gets the darker one of both. An eraser leaves the share of the ink
        that it does not cover.
        """
        if kind == "add":
            return np.maximum(coverages, self._flat).astype(np.int16) - self._flat
        left = self._flat * (255 - coverages.astype(np.uint16))
        return ((left + 127) // 255).astype(np.int16) - self._flat

    def changed(self, differences: NDArray[np.int16]) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Return the changed images (n, 784), and which of them a drawing can give (n,)."""
        images = (self._flat + differences).astype(np.uint8)
        centres = _centres_of_mass(images)
        with np.errstate(invalid="ignore"):
            shifts = np.nan_to_num(np.rint(self._centre - centres), nan=SIDE).astype(np.intp)
        possible = (np.abs(_sizes(images) - self._size) <= SIZE_TOLERANCE) & (np.abs(shifts) <= MAX_SHIFT).all(axis=1)
        possible &= (differences != 0).any(axis=1)
        for shift in np.unique(shifts[possible], axis=0):
            rows = np.flatnonzero(possible & (shifts == shift).all(axis=1))
            if shift.any():
                images[rows], inside = _moved(images[rows], *shift)
                possible[rows] = inside
        return images, possible

    def are_allowed(self, kind: ChangeKind, paths: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return which paths (n, points, 2), in frame units, the pen or the eraser may take, (n,)."""
        columns, rows = np.minimum(paths.astype(np.intp), SIDE - 1).transpose(2, 0, 1)
        allowed: NDArray[np.bool_] = self._is_middle[rows, columns].all(axis=1)
        return allowed if kind == "erase" else np.ones(len(paths), bool)

    def drawn(self, kind: ChangeKind, path: NDArray[np.float32], image: NDArray[np.uint8]) -> DrawnChange | None:
        """Return the change along a path (points, 2) in frame units; None if it cannot be drawn as one change.

        image: (784,), that of `changed`. The canvas of an image without strokes is the image itself.
        """
        coverage = np.rint(255 * coverage_of_lines(path[None], self.widths[kind])).astype(np.uint8)
        difference = self.differences(kind, coverage).reshape(SIDE, SIDE)
        if kind == "erase" and not is_one_piece(difference):
            return None
        width = self.widths[kind] / SIDE
        return DrawnChange(image.reshape(SIDE, SIDE).copy(), difference, path / np.float32(SIDE), width)


def is_one_piece(difference: NDArray[np.int16]) -> bool:
    """Whether the erased pixels (28, 28) are connected."""
    return len(connected_components(difference <= -ERASED_LEVEL)[1]) == 1


def _middles_of_lines(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the pixels (28, 28) that are in the middle of a line, by the mean ink of the 3 x 3 pixels around each."""
    padded = np.pad(image.astype(np.float32), 1)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).mean(axis=(2, 3))
    middles: NDArray[np.bool_] = (around > 0) & (around >= MIDDLE_FRACTION * window_maximum(np.pad(around, 2), 2))
    return middles


def _centres_of_mass(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the centre of mass (n, 2), x and y in pixels, of images (n, 784); NaN for blank ones."""
    moments = images.astype(np.float32) @ _MOMENTS
    with np.errstate(invalid="ignore", divide="ignore"):
        centres: NDArray[np.float32] = moments[:, 1:] / moments[:, :1]
    return centres


def _sizes(images: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return the larger side (n,) in pixels of the ink of images (n, 784); 0 for blank ones."""
    inked = (images >= INK_LEVEL).reshape(-1, SIDE, SIDE)
    columns, rows = (np.asarray(inked.any(axis=axis)) for axis in (1, 2))
    return np.maximum(_extents(columns), _extents(rows))


def _extents(inked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the number of columns (n,) from the first to the last that has ink, for columns (n, 28)."""
    extents: NDArray[np.intp] = SIDE - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)
    return np.where(inked.any(axis=1), extents, 0)


def _moved(images: NDArray[np.uint8], right: int, down: int) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return images (n, 784) moved by whole pixels, and which of them keep all their ink (n,)."""
    before = images.reshape(-1, SIDE, SIDE)
    after = np.zeros_like(before)
    rows, columns = _overlap(down), _overlap(right)
    after[:, rows[1], columns[1]] = before[:, rows[0], columns[0]]
    inside = after.sum(axis=(1, 2), dtype=np.int64) == before.sum(axis=(1, 2), dtype=np.int64)
    return after.reshape(len(images), -1), inside


def _overlap(shift: int) -> tuple[slice, slice]:
    """Return where pixels come from and where they go along one axis."""
    return slice(max(0, -shift), SIDE - max(0, shift)), slice(max(0, shift), SIDE - max(0, -shift))
