"""The amounts of each distortion, and what distorts a batch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from math import prod, radians

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nncore.errors import SettingError
from nncore.preprocessing.augmentation.bilinear import SUBPIXELS, BilinearSampler
from nncore.preprocessing.augmentation.stroke_thickness import ThicknessChanger

LARGEST = {
    "shift": 100.0,
    "rotation": 180.0,
    "scale": 0.9,
    "slant": 2.0,
    "elastic": 10.0,
    "thickness": 2.0,
    "noise": 1.0,
}
"""The most each setting of an Augmentation may be: beyond, no image is left to recognise."""

_KNOTS = 5  # knots a side of the elastic field
_BLOCK_PIXELS = 32 * 28 * 28  # images are distorted in blocks whose workspace stays in the processor's cache
_NOISE_STARTS = 1 << 16


@dataclass(frozen=True)
class Augmentation:
    """How far an image may be moved, turned, stretched, bent, thickened and soiled; 0 switches a distortion off.

    Drawn evenly from -limit to limit, for each image anew:
    shift: pixels, each way. rotation: degrees. scale: share of the size, 0.1 for 0.9 to 1.1, each side on its own.
    slant: pixels sideways for each pixel of height. thickness: pixels by which strokes get wider or narrower.

    A size (standard deviation), with a random pattern for each image:
    elastic: pixels each way that a smooth random field moves each point. noise: share of full ink added to each pixel.

    All 0 or more, and at most LARGEST. Moderate affine and elastic distortions are what helps most after none at all on
    MNIST (Simard, Steinkraus, Platt, "Best Practices for Convolutional Neural Networks Applied to Visual Document
    Analysis", ICDAR 2003). Raises SettingError on any other value.
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
            value, largest = getattr(self, setting.name), LARGEST[setting.name]
            if not 0 <= value <= largest:  # NaN fails both comparisons
                sentence = f"Augmentation {setting.name} {value:g}: it is from 0 to {largest:g}."
                raise SettingError("augmentation", sentence)


class Distorter:
    """Workspace that distorts batches of up to `rows` images of one shape, as an Augmentation says.

    Sized once: `apply` allocates nothing that grows with the batch's pixels. One belongs to one thread.
    dtype: what the distorted images are made of, float32 or float64.
    """

    def __init__(
        self, augmentation: Augmentation, shape: tuple[int, int], rows: int, dtype: DTypeLike = np.float32
    ) -> None:
        self.augmentation, self.shape, self.rows = augmentation, shape, rows
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
        """Fill out (n, height * width) with images (n, height, width), each distorted in its own way; gives out.

        images: 0 to 255, also as (n, height * width), n at most `rows`; left alone. out: 0 to 1. What comes from
        outside an image is paper (0). The same images and state of rng give the same bits.
        """
        n, (height, width) = len(images), self.shape
        images = images.reshape(n, height, width)
        thickness = self._draw(n, rng)
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
                self._soil(out[block], rng)
        return out

    def _draw(self, n: int, rng: np.random.Generator) -> NDArray[np.float32]:
        """Draw n images' distortions: the coefficients of their fields, and the thickness (n,) in pixels.

        A pixel of the distorted image comes from where the inverse movement takes it; its row and its column in the
        original are sums of the basis (row, column, 1 and the elastic field's bumps), weighted by these coefficients.
        """
        amounts = self._evenly(self._amounts, (len(self._limits), n), rng)
        amounts *= self._limits
        thickness: NDArray[np.float32]
        angle, tall, wide, slant, down, across, thickness = amounts
        tall += 1
        wide += 1
        cosine, sine = np.cos(angle), np.sin(angle)
        rows, columns = self._coefficients[:, :n]
        rows[:, 0], rows[:, 1] = tall * cosine, -tall * sine
        columns[:, 0], columns[:, 1] = wide * sine + slant, wide * cosine
        height, width = self.shape
        for coefficients, middle in (rows, (height - 1) / 2), (columns, (width - 1) / 2):
            coefficients[:, 2] = middle - coefficients[:, 0] * down - coefficients[:, 1] * across
        if self.augmentation.elastic:
            knots = self._evenly(self._knots, (2, n, len(self._basis) - 3), rng)
            np.multiply(knots, self.augmentation.elastic, out=self._coefficients[:, :n, 3:])
        self._coefficients[:, :n, 2] += 1 + 0.5 / SUBPIXELS  # the frame; and rounding, where the sampler cuts off
        self._coefficients[:, :n] *= SUBPIXELS
        return thickness

    @staticmethod
    def _evenly(buffer: NDArray[np.float32], shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float32]:
        """Random numbers of this shape, evenly from -1 to 1, in the first part of the buffer."""
        numbers = buffer[: prod(shape)].reshape(shape)
        rng.random(out=numbers, dtype=np.float32)
        numbers *= 2
        numbers -= 1
        return numbers

    def _soil(self, images: NDArray[np.floating], rng: np.random.Generator) -> None:
        """Add noise to images (n, pixels), in place, and clip them to [0, 1]."""
        start = int(rng.integers(_NOISE_STARTS))
        images += self._noise[start : start + images.size].reshape(images.shape)
        np.clip(images, 0.0, 1.0, out=images)


def _limits(augmentation: Augmentation) -> NDArray[np.float32]:
    """The limits (7, 1) of what is drawn for each image: angle, two scales, slant, two shifts and thickness."""
    a = augmentation
    limits = [radians(a.rotation), a.scale, a.scale, a.slant, a.shift, a.shift, a.thickness]
    return np.array(limits, np.float32)[:, None]


def _basis(shape: tuple[int, int], elastic: bool) -> NDArray[np.float32]:
    """The maps (3 or more, height * width) whose weighted sums are the rows or columns that pixels are taken from.

    Row and column counted from the middle, and 1. For an elastic field also bumps: a Gaussian around each of 5 x 5
    knots, scaled so that their sum, weighted by numbers drawn evenly from -1 to 1, has the standard deviation 1 in
    every pixel. Gaussians a fifth of the side wide (5.6 pixels of 28, as in Ciresan et al., "Deep, Big, Simple Neural
    Nets for Handwritten Digit Recognition", 2010) bend strokes; much narrower ones blot them.
    """
    height, width = shape
    row, column = np.arange(height) - (height - 1) / 2, np.arange(width) - (width - 1) / 2
    maps = [np.repeat(row, width), np.tile(column, height), np.ones(height * width)]
    if elastic:
        bumps = np.kron(_bumps(height), _bumps(width))
        variance = (bumps**2).sum(axis=0) / 3  # a number drawn evenly from -1 to 1 has the variance 1/3
        maps.extend(bumps / np.sqrt(variance))
    return np.array(maps, np.float32)


def _bumps(size: int) -> NDArray[np.float64]:
    """Gaussians (knots, size) around knots that are spread evenly over one side of an image."""
    knots = np.linspace(0, size - 1, _KNOTS)
    distance = (np.arange(size) - knots[:, None]) / (size / 5)
    return np.exp(-(distance**2) / 2)


def _noise_table(standard_deviation: float, pixels: int, dtype: DTypeLike) -> NDArray[np.floating]:
    """Normal numbers, enough for a block of this many pixels from any of the starts.

    A block reads them from a random start: drawing a fresh number for each pixel would cost more than all the other
    distortions together. The table is the same in every Distorter, so that a run's randomness is all in its generator.
    """
    if not standard_deviation:
        return np.empty(0, dtype)
    numbers = np.random.default_rng(0).standard_normal(_NOISE_STARTS + pixels)
    return (numbers * standard_deviation).astype(dtype)
