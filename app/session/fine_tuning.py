"""Fine-tuning on the user's handwriting: the adapted network, and its accuracy before and after."""

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
from nncore.evaluation.metrics import Evaluation, evaluate
from nncore.evaluation.recognition import read_digit
from nncore.handwriting.fine_tuning import fine_tune
from nncore.model.network import Network
from nncore.preprocessing.ink import rasterize

SEED = 0

MNIST_REPLAYED = 4000
"""Images of MNIST that are trained beside the user's drawings, so that the network does not forget them."""

SYNTHETIC_DIGITS = 1000
"""Digits of synthetic writers that are trained beside the user's drawings."""

SYNTHETIC_NON_DIGITS = 500
"""Synthetic drawings of no digit that are trained beside the user's drawings."""

MNIST_EVALUATED = 2000
"""MNIST test images on which a network is evaluated; none of them is replayed. One image is 0.05 %."""


@dataclass(frozen=True)
class CorrectCount:
    """The number of images that were read correctly, of `total` images."""

    correct: int
    total: int


@dataclass(frozen=True, eq=False)
class Adaptation:
    """A network that has learned `examples` drawings; with 0 examples, the unchanged network.

    Attributes:
        own_before, own_after: the result on the drawings that it learned.
        mnist_before, mnist_after: the result on MNIST_EVALUATED test images. All are empty if nothing was learned.
        seconds: duration of training and evaluation.
    """

    network: Network
    examples: int
    own_before: CorrectCount = CorrectCount(0, 0)
    own_after: CorrectCount = CorrectCount(0, 0)
    mnist_before: CorrectCount = CorrectCount(0, 0)
    mnist_after: CorrectCount = CorrectCount(0, 0)
    seconds: float = 0.0


@dataclass(frozen=True)
class HeldOut:
    """The result of `cross_validate`: each drawing is read by a network that has not learned it.

    Only digits with two examples or more can be measured in this way. before: the result of the unchanged network.
    """

    before: CorrectCount
    after: CorrectCount


@dataclass(frozen=True, eq=False)
class ReplayData:
    """Data of other writers: the images to replay, and the MNIST test images for evaluation. It is always the same."""

    replayed: Dataset
    test: Dataset


_replay_data_lock = Lock()


def replay_data() -> ReplayData:
    """The images of other writers; the first call takes about a second, later ones return the same object."""
    with _replay_data_lock:  # a second caller waits for the first one's result
        return _replay_data()


@cache
def _replay_data() -> ReplayData:
    from nncore.handwriting.synthetic import digits, non_digits  # its import parses all glyphs, which takes long

    rng = np.random.default_rng(SEED)
    mnist = load_mnist()
    assert mnist.test is not None
    training, test = (
        part.take(np.sort(rng.permutation(len(part))[:count]))
        for part, count in ((mnist.training, MNIST_REPLAYED), (mnist.test, MNIST_EVALUATED))
    )
    no_digits = [rasterize(ink) for ink in non_digits(SYNTHETIC_NON_DIGITS, rng)]
    synthetic = digits(SYNTHETIC_DIGITS, rng).to_dataset()
    replayed = Dataset(
        np.concatenate([training.images, synthetic.images, no_digits]),
        np.concatenate([training.labels, synthetic.labels, np.full(len(no_digits), NO_CLASS)]),
        source="MNIST and synthetic ink",
        open_set=True,
    )
    return ReplayData(replayed, test)


def dataset_of(examples: Sequence[Example]) -> Dataset:
    """The examples as a data set: (n, 28, 28) images and their digits."""
    images = np.stack([rasterize(example.ink) for example in examples])
    return Dataset(images, np.array([example.digit for example in examples]), source="own handwriting")


def fine_tune_and_evaluate(network: Network, own: Dataset, *, cancelled: Callable[[], bool]) -> Adaptation | None:
    """Adapt `network` to the drawings `own`, and measure the result; None if cancelled. Raises DataError."""
    replayed, mnist = replay_data().replayed, replay_data().test
    started = perf_counter()
    tuned = fine_tune(network, own, replayed, SEED, cancelled=cancelled)
    if tuned is None:
        return None
    before, after = evaluate(network, mnist, cancelled=cancelled), evaluate(tuned, mnist, cancelled=cancelled)
    if before is None or after is None:
        return None
    return Adaptation(
        tuned,
        len(own),
        count_correct(network, own),
        count_correct(tuned, own),
        _correct_of(before),
        _correct_of(after),
        perf_counter() - started,
    )


def cross_validate(network: Network, own: Dataset, *, cancelled: Callable[[], bool]) -> HeldOut | None:
    """Measure on drawings that were not learned; None if cancelled, or if no digit has two drawings.

    Two-fold cross-validation: the drawings of each digit go to the two halves in turn. Each half is read by a network
    that has learned the other half, and the digits with one drawing. A drawing that was taught twice counts once.
    """
    _, first = np.unique(own.images.reshape(len(own), -1), axis=0, return_index=True)
    own = own.take(np.sort(first))
    halves = _halves(own.labels)
    measured = np.flatnonzero(halves >= 0)
    if not measured.size:
        return None
    correct = 0
    for half in (0, 1):
        tuned = fine_tune(
            network, own.take(np.flatnonzero(halves != half)), replay_data().replayed, SEED, cancelled=cancelled
        )
        if tuned is None:
            return None
        correct += count_correct(tuned, own.take(np.flatnonzero(halves == half))).correct
    return HeldOut(count_correct(network, own.take(measured)), CorrectCount(correct, measured.size))


def _halves(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The half (n,) of each drawing: 0 and 1 in turn for each digit, -1 for a digit with one drawing."""
    halves = np.full(len(labels), -1)
    for digit in np.unique(labels):
        rows = np.flatnonzero(labels == digit)
        if len(rows) > 1:
            halves[rows] = np.arange(len(rows)) % 2
    return halves


def count_correct(network: Network, own: Dataset) -> CorrectCount:
    """How many of the drawings `network` reads correctly in the Draw tab; "not a digit" is not correct.

    Raises DataError if the network cannot read digits.
    """
    correct = 0
    for image, digit in zip(own.images, own.labels.tolist(), strict=True):
        prediction = read_digit(network, image)
        correct += prediction.is_accepted and prediction.digit == digit
    return CorrectCount(correct, len(own))


def _correct_of(evaluation: Evaluation) -> CorrectCount:
    correct = 0 if evaluation.confusion is None else int(evaluation.confusion.trace())
    return CorrectCount(correct, evaluation.count)
