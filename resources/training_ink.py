"""The training data of the bundled model: amounts and images."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import NO_CLASS, Dataset
from nncore.data.formats.unipen import InkSamples
from nncore.handwriting.synthetic import NON_DIGIT_KINDS, digits
from nncore.handwriting.synthetic.non_digits import KIND_FREQUENCIES
from nncore.preprocessing.augmentation.pen_strokes import vary_strokes
from nncore.preprocessing.ink import Ink, rasterize

Images = NDArray[np.uint8]


@dataclass(frozen=True)
class Amounts:
    """The number of training examples of each sort.

    mnist: the first images of MNIST. varied: random variations of each pen drawing, besides the original. generated:
    digits of `nncore.handwriting.synthetic`. non_digits: drawings that are not digits.
    """

    mnist: int = 60_000
    varied: int = 2
    generated: int = 12_000
    non_digits: int = 16_000


def training_images(
    mnist: Dataset, ink: InkSamples | None, kinds: Sequence[str], amounts: Amounts, seed: int
) -> Dataset:
    """Return the training set: MNIST, the pen drawings of `ink`, all labelled, and generated drawings, as in `amounts`.

    kinds: the kinds of non-digits; kinds with many glyphs appear more often.
    """
    rng = np.random.default_rng(seed)
    first = mnist.take(slice(0, amounts.mnist))
    images, labels = [first.images], [first.labels]
    if ink is not None:
        images += [drawn(ink.inks)]
        images += [drawn(vary_strokes(each, rng) for each in ink.inks) for _ in range(amounts.varied)]
        labels += [labels_of(ink)] * (1 + amounts.varied)
    generated = digits(amounts.generated, rng)
    by_share = [kind for kind in kinds for _ in range(KIND_FREQUENCIES.get(kind, 1))]
    images += [drawn(generated.inks), non_digits(amounts.non_digits, by_share, rng)[0]]
    labels += [labels_of(generated), np.full(amounts.non_digits, NO_CLASS, np.intp)]
    return Dataset(np.concatenate(images), np.concatenate(labels), source="MNIST, pen strokes", open_set=True)


def non_digits(count: int, kinds: Sequence[str], rng: np.random.Generator) -> tuple[Images, list[str]]:
    """Return images (count, 28, 28) of non-digits, each of `kinds` equally often, and the kind of each image."""
    chosen = [kinds[index % len(kinds)] for index in range(count)]
    return drawn(NON_DIGIT_KINDS[kind](rng) for kind in chosen), chosen


def drawn(inks: Iterable[Ink]) -> Images:
    """Draw ink as images (n, 28, 28)."""
    images = [rasterize(ink) for ink in inks]
    return np.stack(images) if images else np.empty((0, 28, 28), np.uint8)


def labels_of(samples: InkSamples) -> NDArray[np.intp]:
    """Return the labels (n,) of samples that all have one."""
    return np.array(samples.labels, np.intp)


def chosen(samples: InkSamples, rows: NDArray[np.bool_]) -> InkSamples:
    """Return the samples where `rows` (n,) is true."""
    where = np.flatnonzero(rows).tolist()
    return InkSamples(
        tuple(samples.inks[i] for i in where),
        tuple(samples.labels[i] for i in where),
        tuple(samples.writers[i] for i in where),
        samples.source,
    )
