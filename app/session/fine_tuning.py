"""What teaching a hand gives: the network that has learnt it, and how well it reads before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from app.storage.ink_library import Example
from nncore.data.dataset import NO_CLASS, Dataset, load_mnist
from nncore.evaluation.metrics import evaluate
from nncore.handwriting.fine_tuning import fine_tune
from nncore.handwriting.synthetic import digits, non_digits
from nncore.model.network import Network
from nncore.preprocessing.ink import rasterize

SEED = 0

MNIST_REPLAYED, MADE_UP_DIGITS, MADE_UP_OTHERS = 4000, 1000, 500
"""What is replayed: training images of MNIST, digits of made-up hands, and what is no digit."""

MNIST_JUDGED = 2000
"""Test images of MNIST that a network is judged on: none is replayed. One of them is 0.05 points."""


@dataclass(frozen=True)
class Right:
    """How many of `count` drawings were read right."""

    right: int
    count: int


@dataclass(frozen=True, eq=False)
class Adaptation:
    """A network that has learnt `examples` drawings; with none, the network as it was.

    own_before, own_after: on the very drawings it was taught. mnist_before, mnist_after: share of MNIST_JUDGED test
    images read right, 0 to 1; None where nothing was learnt. seconds: what learning took, judging included.
    """

    network: Network
    examples: int
    own_before: Right = Right(0, 0)
    own_after: Right = Right(0, 0)
    mnist_before: float | None = None
    mnist_after: float | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class HeldOut:
    """How drawings are read that were not learnt: each by a network taught without it and its like.

    Only digits taught twice or more can be judged so. before: by the network as it was.
    """

    before: Right
    after: Right


@dataclass(frozen=True, eq=False)
class Others:
    """What other people wrote, always the same: what is replayed, and test images of MNIST that are judged on."""

    replayed: Dataset
    judged: Dataset


_one_at_a_time = Lock()


def others() -> Others:
    """The images of others; takes about a second the first time, and none from then on."""
    with _one_at_a_time:  # whoever comes while they are made waits for them
        return _others()


@cache
def _others() -> Others:
    rng = np.random.default_rng(SEED)
    mnist = load_mnist()
    assert mnist.test is not None
    learnt, judged = (
        part.take(np.sort(rng.permutation(len(part))[:count]))
        for part, count in ((mnist.training, MNIST_REPLAYED), (mnist.test, MNIST_JUDGED))
    )
    no_digits = [rasterize(ink) for ink in non_digits(MADE_UP_OTHERS, rng)]
    made_up = digits(MADE_UP_DIGITS, rng).to_dataset()
    replayed = Dataset(
        np.concatenate([learnt.images, made_up.images, no_digits]),
        np.concatenate([learnt.labels, made_up.labels, np.full(len(no_digits), NO_CLASS)]),
        source="MNIST and made-up ink",
        open_set=True,
    )
    return Others(replayed, judged)


def drawings(examples: Sequence[Example]) -> Dataset:
    """The examples as a network sees them."""
    images = np.stack([rasterize(example.ink) for example in examples])
    return Dataset(images, np.array([example.digit for example in examples]), source="own hand")


def adapted(network: Network, own: Dataset, cancelled: Callable[[], bool]) -> Adaptation | None:
    """`network` having learnt the drawings `own`; None if cancelled. Raises DataError as `fine_tune` does."""
    replayed, mnist = others().replayed, others().judged
    started = perf_counter()
    tuned = fine_tune(network, own, replayed, SEED, cancelled)
    if tuned is None:
        return None
    before, after = evaluate(network, mnist, cancelled), evaluate(tuned, mnist, cancelled)
    if before is None or after is None:
        return None
    return Adaptation(
        tuned,
        len(own),
        read_right(network, own),
        read_right(tuned, own),
        before.accuracy,
        after.accuracy,
        perf_counter() - started,
    )


def held_out(network: Network, own: Dataset, cancelled: Callable[[], bool]) -> HeldOut | None:
    """Judge the teaching of `own` on drawings that were not learnt; None if none can be held out, or if cancelled.

    Of each digit taught twice or more, every other drawing is held out, then those in between.
    """
    halves = _halves(own.labels)
    judged = np.flatnonzero(halves >= 0)
    if not judged.size:
        return None
    right = 0
    for half in (0, 1):
        tuned = fine_tune(network, own.take(np.flatnonzero(halves != half)), others().replayed, SEED, cancelled)
        if tuned is None:
            return None
        right += read_right(tuned, own.take(np.flatnonzero(halves == half))).right
    return HeldOut(read_right(network, own.take(judged)), Right(right, judged.size))


def _halves(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """0 and 1 in turn for the drawings of each digit, -1 for digits that were drawn once."""
    halves = np.full(len(labels), -1)
    for digit in np.unique(labels):
        rows = np.flatnonzero(labels == digit)
        if len(rows) > 1:
            halves[rows] = np.arange(len(rows)) % 2
    return halves


def read_right(network: Network, own: Dataset) -> Right:
    """How many of the drawings `network` reads right."""
    answers = network.predict(own.inputs(slice(None))).argmax(axis=1)
    return Right(int(np.count_nonzero(answers == own.labels)), len(own))
