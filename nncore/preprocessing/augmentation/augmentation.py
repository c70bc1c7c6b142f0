"""Augmentation: the limits of each distortion, and the workspace that distorts a batch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod, radians
from numbers import Real

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.errors import SettingError
from nncore.preprocessing.augmentation.bilinear import SUBPIXELS, BilinearSampler
from nncore.preprocessing.augmentation.stroke_thickness import ThicknessChanger
from nncore.reporting.number_text import decimal_text
from nncore.system.copying import NotCopyable

MAX_DISTORTION = {
    "shift": 100.0,
    "rotation": 180.0,
    "scale": 0.9,
    "slant": 2.0,
    "elastic": 10.0,
    "thickness": 2.0,
    "noise": 1.0,
}
"""The largest value of each setting of an Augmentation; beyond it, images can no longer be recognized."""

DISTORTION_LABELS = {name: name for name in MAX_DISTORTION} | {"scale": "size"}
"""The words of the window for each setting of an Augmentation."""

_KNOTS_PER_SIDE = 5  # knots of the elastic field along each side
_BLOCK_PIXELS = 32 * 28 * 28  # images are distorted in blocks small enough for the processor's cache
_NOISE_START_COUNT = 1 << 16


@dataclass(frozen=True)
class Augmentation:
    """Limits of the random distortions of an image; 0 switches a distortion off.

    These are limits of a uniform distribution from -limit to limit, sampled for each image:
    shift: pixels, in each direction. rotation: degrees. scale: relative change of height and of width, independently;
    0.1 means 0.9 to 1.1. slant: pixels sideways per pixel of height. thickness: change of stroke width in pixels.

    These are standard deviations, with a random pattern for each image:
    elastic: displacement of each point by a smooth random field, in pixels, in each direction.
    noise: change of each pixel, relative to full ink.

    Values are from 0 to MAX_DISTORTION; others raise SettingError. Moderate affine and elastic distortions improve the
    results on MNIST (Simard, Steinkraus and Platt, "Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis", ICDAR 2003).
    """

    shift: float = 0.0
    rotation: float = 0.0
    scale: float = 0.0
    slant: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    noise: float = 0.0

    def __post_init__(self) -> None:
        for setting in fields(self):
            value, maximum = getattr(self, setting.name), MAX_DISTORTION[setting.name]
            is_number = isinstance(value, Real) and not isinstance(value, bool)
            if not (is_number and 0 <= value <= maximum):  # NaN fails both comparisons
                given = decimal_text(value, 6) if is_number else repr(value)
                sentence = f"Augmentation {setting.name} must be from 0 to {decimal_text(maximum, 6)}; got {given}."
                raise SettingError("augmentation", sentence)
            if type(value) not in (int, float):  # a number of NumPy, which JSON does not know
                object.__setattr__(self, setting.name, float(value))


class Distorter(NotCopyable):
    """Workspace that applies an Augmentation to batches of up to `rows` images of one shape.

    The workspace is allocated once: `apply` allocates nothing that grows with the batch. Use one per thread.
    dtype: type of the distorted images, float32 or float64.
    """

    copy_instead = "Make another one of the same Augmentation."

    def __init__(
        self, augmentation: Augmentation, shape: tuple[int, int], rows: int, dtype: DTypeLike = np.float32
    ) -> None:
        self.augmentation = augmentation
        self.shape = shape
        self.rows = rows
        height, width = shape
        self._block = max(1, min(rows, _BLOCK_PIXELS // (height * width)))
        self._basis = _basis(shape, elastic=augmentation.elastic > 0)
        self._limits = _limits(augmentation)
        self._amounts = np.empty(len(self._limits) * rows, np.float32)
        self._knots = np.empty(2 * rows * (len(self._basis) - 3), np.float32)
        self._coefficients = np.empty((2, rows, len(self._basis)), np.float32)
        self._positions = np.empty((2, self._block, height * width), np.float32)
        self._sampler = BilinearSampler(self._block, height, width)
        self._thickness = ThicknessChanger(self._sampler.framed) if augmentation.thickness else None
        self._noise = _noise_table(augmentation.noise, self._block * height * width, dtype)

    def apply(
        self, images: NDArray[np.uint8], out: NDArray[np.floating], rng: np.random.Generator
    ) -> NDArray[np.floating]:
        """Distort each of `images` (n, height, width) differently, write them to `out` and return it.

        images: 0 to 255, or as (n, height * width), n at most `rows`; not changed. out: (n, height * width), 0 to 1.
        Outside an image there is paper (0). The same images and state of `rng` give the same bits.
        """
        n, (height, width) = len(images), self.shape
        images = images.reshape(n, height, width)
        thickness = self._sample_distortions(n, rng)
        for start in range(0, n, self._block):
            stop = min(start + self._block, n)
            block, count = slice(start, stop), stop - start
            self._sampler.framed[:count, 1:, 1:] = images[block]
            if self._thickness is not None:
                self._thickness.apply(thickness[block])
            positions = self._positions[:, :count]
            np.matmul(self._coefficients[:, block], self._basis, out=positions)
            self._sampler.sample(positions, out[block])
            if self.augmentation.noise:
                self._add_noise(out[block], rng)
        return out

    def _sample_distortions(self, n: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Sample the distortions of n images: the coefficients of their fields; returns the thickness (n,) in pixels.

        Each pixel of the distorted image is taken from a position in the original (inverse mapping). The row and the
        column of this position are linear combinations of the basis: row, column, 1 and the elastic field's bumps.
        """
        amounts = self._uniform(self._amounts, (len(self._limits), n), rng)
        amounts *= self._limits
        thickness: NDArray[np.float32]
        angle, row_scale, column_scale, slant, row_shift, column_shift, thickness = amounts
        row_scale += 1
        column_scale += 1
        cosine, sine = np.cos(angle), np.sin(angle)
        rows, columns = self._coefficients[:, :n]
        # source = diag(row_scale, column_scale) rotation (row, column) + (0, slant * row), measured from the middle.
        rows[:, 0], rows[:, 1] = row_scale * cosine, -row_scale * sine
        columns[:, 0], columns[:, 1] = column_scale * sine + slant, column_scale * cosine
        height, width = self.shape
        # The shift comes first: row - row_shift and column - column_shift are inserted above. This changes only the
        # constant terms.
        for coefficients, middle in (rows, (height - 1) / 2), (columns, (width - 1) / 2):
            coefficients[:, 2] = middle - coefficients[:, 0] * row_shift - coefficients[:, 1] * column_shift
        if self.augmentation.elastic:
            knots = self._uniform(self._knots, (2, n, len(self._basis) - 3), rng)
            np.multiply(knots, self.augmentation.elastic, out=self._coefficients[:, :n, 3:])
        # The sampler measures from its frame, one pixel outside the image. It cuts fractions off, so half a step is
        # added to round them instead.
        self._coefficients[:, :n, 2] += 1 + 0.5 / SUBPIXELS
        self._coefficients[:, :n] *= SUBPIXELS
        return thickness

    @staticmethod
    def _uniform(buffer: NDArray[np.float32], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
        """Fill the first part of the buffer with uniform random numbers from -1 to 1, and return it in this shape."""
        numbers = buffer[: prod(shape)].reshape(shape)
        rng.random(out=numbers, dtype=np.float32)
        numbers *= 2
        numbers -= 1
        return numbers

    def _add_noise(self, images: NDArray[np.floating], rng: np.random.Generator) -> None:
        """Add noise to images (n, pixels), in place, and clip them to [0, 1]."""
        start = int(rng.integers(_NOISE_START_COUNT))
        images += self._noise[start : start + images.size].reshape(images.shape)
        np.clip(images, 0.0, 1.0, out=images)


def _limits(augmentation: Augmentation) -> NDArray[np.float32]:
    """Return the limits (7, 1) of the values sampled per image: angle, two scales, slant, two shifts and thickness."""
    a = augmentation
    limits = [radians(a.rotation), a.scale, a.scale, a.slant, a.shift, a.shift, a.thickness]
    return np.array(limits, np.float32)[:, None]


def _basis(shape: tuple[int, int], elastic: bool) -> NDArray[np.float32]:
    """Return the basis (3 or more, height * width) of the positions that pixels are taken from.

    It holds row and column, measured from the middle, and 1. An elastic field adds bumps: a Gaussian around each of
    5 x 5 knots. They are scaled so that their sum, weighted by uniform random numbers from -1 to 1, has the standard
    deviation 1 in every pixel. Gaussians with a width of a fifth of the side (5.6 pixels of 28, as in Ciresan et al.,
    "Deep, Big, Simple Neural Nets for Handwritten Digit Recognition", 2010) bend strokes; much narrower ones blur them.
    """
    height, width = shape
    row, column = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    maps = [np.repeat(row, width), np.tile(column, height), np.ones(height * width)]
    if elastic:
        bumps = np.kron(_bumps(height), _bumps(width))
        variance = (bumps**2).sum(axis=0) / 3  # uniform numbers from -1 to 1 have the variance 1/3
        maps.extend(bumps / np.sqrt(variance))
    return np.array(maps, np.float32)


def _bumps(size: int) -> NDArray[np.float64]:
    """Return Gaussians (knots, size) around evenly spaced knots along one side of an image."""
    knots = np.linspace(0, size - 1, _KNOTS_PER_SIDE)
    distance = (np.arange(size) - knots[:, None]) / (size / 5)
    return np.exp(-(distance**2) / 2)


def _noise_table(standard_deviation: float, pixels: int, dtype: DTypeLike) -> NDArray[np.floating]:
    """Return normal random numbers, enough to read a block of this many pixels from any start.

    Each block reads them from a random start, because a new random number per pixel would take longer than all other
    distortions together. Every Distorter has the same table, so a run depends on its generator alone.
    """
    if not standard_deviation:
        return np.empty(0, dtype)
    numbers = np.random.default_rng(0).standard_normal(_NOISE_START_COUNT + pixels)
    return (numbers * standard_deviation).astype(dtype)
