"""Random distortions of a whole batch of images at once, so that a network sees each digit a little different."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import isfinite, radians

import numpy as np
from numpy.typing import NDArray

from nncore.errors import SettingError


@dataclass(frozen=True)
class Augmentation:
    """How far an image may be moved, turned and stretched; each amount is drawn evenly from -limit to limit.

    shift: pixels, each way. rotation: degrees. scale: share of the size, 0.1 for 0.9 to 1.1, each side on its own.
    slant: pixels sideways for each pixel of height. All 0 or more; 0 switches a distortion off.

    Moderate affine distortions are what helps most after none at all on MNIST (Simard, Steinkraus, Platt,
    "Best Practices for Convolutional Neural Networks", ICDAR 2003).
    """

    shift: float = 0.0
    rotation: float = 0.0
    scale: float = 0.0
    slant: float = 0.0

    def __post_init__(self) -> None:
        for limit in fields(self):
            value = getattr(self, limit.name)
            if not (isfinite(value) and value >= 0):
                raise SettingError("augmentation", f"Augmentation {limit.name} {value:g}: it is 0 or more, and finite.")
        if self.scale >= 1:
            raise SettingError("augmentation", f"Augmentation scale {self.scale:g} leaves nothing: it is below 1.")

    def apply(self, X: NDArray[np.floating], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.floating]:
        """Distort images X (n, height * width) in place, each in its own way; gives X back.

        Every pixel looks up, bilinearly, where it came from; what came from outside is paper (0).
        """
        n, (height, width) = len(X), shape
        rows, columns = self._sources(n, height, width, rng)
        # A frame of two empty pixels around each image takes the place of tests for the border.
        framed = np.zeros((n, height + 4, width + 4), X.dtype)
        framed[:, 2:-2, 2:-2] = X.reshape(n, height, width)
        np.clip(rows, -1.5, height + 0.5, out=rows)
        np.clip(columns, -1.5, width + 0.5, out=columns)
        top, left = np.floor(rows), np.floor(columns)
        down, right = rows - top, columns - left
        corner = (top.astype(np.intp) + 2) * (width + 4) + left.astype(np.intp) + 2
        corner += np.arange(n, dtype=np.intp)[:, None] * ((height + 4) * (width + 4))
        pixels = framed.ravel()
        upper = pixels.take(corner) * (1 - right) + pixels.take(corner + 1) * right
        corner += width + 4
        lower = pixels.take(corner) * (1 - right) + pixels.take(corner + 1) * right
        np.multiply(upper, 1 - down, out=X)
        X += lower * down
        return X

    def _sources(
        self, n: int, height: int, width: int, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Row and column (n, height * width) that each pixel of each distorted image is taken from."""
        amounts = rng.uniform(-1, 1, (6, n, 1)).astype(np.float32)
        angle = radians(self.rotation) * amounts[0]
        tall, wide = 1 + self.scale * amounts[1], 1 + self.scale * amounts[2]
        slant = self.slant * amounts[3]
        down, across = self.shift * amounts[4], self.shift * amounts[5]
        cosine, sine = np.cos(angle), np.sin(angle)
        row, column = np.mgrid[:height, :width].astype(np.float32).reshape(2, 1, -1)
        middle_row, middle_column = (height - 1) / 2, (width - 1) / 2
        row, column = row - middle_row - down, column - middle_column - across
        rows = tall * (cosine * row - sine * column) + middle_row
        columns = wide * (sine * row + cosine * column) + slant * row + middle_column
        return rows, columns
