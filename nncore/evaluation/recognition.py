"""Recognize one image: its probabilities, the output of each layer, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Final, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.ink import SIDE
from nncore.reporting.number_text import counted_text

UNSURE_BELOW = 0.8
"""If the best probability is less than this, the verdict is "unsure"."""

REJECTED_BELOW = 0.8
"""If the two best probabilities sum to less than this, the image is rejected: its verdict is "not a digit". A badly
written digit is usually confused with one other digit, a scribble with many."""

MAX_DOT_PIXELS = 5
"""Largest width and height of a dot, in pixels. The larger side of any other ink is 20 pixels long: see
`nncore.preprocessing.ink`."""

Verdict = Literal["digit", "unsure", "not a digit"]
NOT_A_DIGIT: Final = "not a digit"
"""The verdict on a drawing that shows no digit."""

VERDICTS: tuple[Verdict, ...] = ("digit", "unsure", NOT_A_DIGIT)
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Prediction:
    """The prediction of a network for one image; the arrays are read-only.

    Attributes:
        image: (height, width) uint8, the input.
        probabilities: (classes,) float32, their sum is 1.
        activations: the output of each layer, first to last, each with the shape of its output, such as (units,) or
            (height, width, channels); the last are the logits.
        verdict: "not a digit" for a blank image or a dot, otherwise the result of `verdicts`.
    """

    image: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    activations: tuple[NDArray[np.floating], ...]
    verdict: Verdict

    @property
    def digit(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())

    @property
    def confidence(self) -> float:
        """The probability of the most probable class, 0 to 1."""
        return float(self.probabilities.max())

    @property
    def is_accepted(self) -> bool:
        """Whether `digit` is the answer, sure or unsure; False for the verdict "not a digit"."""
        return self.verdict != NOT_A_DIGIT


def recognize(network: Network, image: NDArray[np.uint8]) -> Prediction:
    """Return the prediction of `network` for `image` (height, width), 0 for paper to 255 for ink.

    Raises DataError if the number of pixels is not the number of inputs of the network.
    """
    pixels = prod(network.spec.input_shape)
    if image.size != pixels or image.dtype != np.uint8:
        raise DataError(f"The image is {image.dtype} {image.shape}; expected uint8 with {pixels} pixels in all.")
    X = np.multiply(image.reshape(1, -1), np.float32(1 / 255), dtype=network.dtype)
    activations = network.activations(X)
    probabilities = OUTPUTS[network.spec.output](activations[-1])[0].astype(np.float32)
    return Prediction(
        image=_read_only(image.copy()),
        probabilities=_read_only(probabilities),
        activations=tuple(_read_only(activation[0]) for activation in activations),
        verdict=NOT_A_DIGIT if _is_dot(image) else verdicts(probabilities)[0],
    )


def why_cannot_read(network: Network) -> str | None:
    """Return one sentence on why `network` cannot read drawn digits; None if it can."""
    shape, classes = network.spec.input_shape, network.spec.outputs
    if prod(shape) != SIDE * SIDE:
        size = " × ".join(str(side) for side in shape)
        return f"This model takes inputs of {size}, but a drawing is {SIDE} × {SIDE}. Open or train one for digits."
    if classes != len(DIGITS):
        has = counted_text(classes, "class")
        return f"This model has {has}, but there are {len(DIGITS)} digits. Open or train one for digits."
    if network.spec.output == "linear":
        return "This model predicts numbers, not classes. Open or train one for digits."
    return None


def check_explainable(network: Network, image: NDArray[np.uint8], answer: int | None = None) -> None:
    """Raise DataError unless `network` takes images (28, 28), has classes, and `image` is uint8 (28, 28).

    answer: a class that the network must have.
    """
    spec = network.spec
    if prod(spec.input_shape) != SIDE * SIDE or spec.output == "linear":
        raise DataError(why_cannot_read(network) or "This model predicts numbers, not classes.")
    if answer is not None and not 0 <= answer < spec.outputs:
        raise DataError(why_cannot_read(network) or f"This model has no class {answer}.")
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
        raise DataError(f"The image is {image.dtype} {image.shape}; expected uint8 ({SIDE}, {SIDE}).")


def read_digit(network: Network, image: NDArray[np.uint8]) -> Prediction:
    """Return the prediction of `network` for the digit `image` (28, 28), drawn or prepared from a picture.

    Raises DataError if the network is not for digits, or if its weights have diverged.
    """
    reason = why_cannot_read(network)
    if reason is not None:
        raise DataError(reason)
    with np.errstate(over="ignore", invalid="ignore"):  # infinite values are detected below
        prediction = recognize(network, image)
    if not np.isfinite(prediction.probabilities).all():
        raise DataError(
            "This model cannot read digits: its weights have diverged. Train it again with a lower learning rate."
        )
    return prediction


def _is_dot(image: NDArray[np.uint8]) -> bool:
    """Whether the image is blank or has only a dot."""
    return all(_extent(image.max(axis=axis) > 0) <= MAX_DOT_PIXELS for axis in (0, 1))


def _extent(inked: NDArray[np.bool_]) -> int:
    """Number of rows (or columns) from the first with ink to the last, inclusive; 0 without ink."""
    where = np.flatnonzero(inked)
    return int(where[-1] - where[0]) + 1 if where.size else 0


def verdicts(probabilities: NDArray[np.floating]) -> list[Verdict]:
    """Return the verdict on each row of probabilities (n, classes), or on one row (classes,).

    "not a digit" if the two best probabilities sum to less than REJECTED_BELOW; "unsure" if the best is less than
    UNSURE_BELOW, or if the weights have diverged; otherwise "digit". A network that was trained without examples of
    nncore.data.dataset.NO_CLASS is overconfident and rejects few drawings.
    """
    rows = np.atleast_2d(probabilities)
    best = rows.max(axis=1)
    best_two = np.partition(rows, -2, axis=1)[:, -2:].sum(axis=1) if rows.shape[1] > 1 else best
    rejected = best_two < REJECTED_BELOW
    unsure = ~(best >= UNSURE_BELOW)  # also True for NaN, from diverged weights
    numbers = np.where(unsure, VERDICTS.index("unsure"), VERDICTS.index("digit"))
    numbers[rejected] = VERDICTS.index(NOT_A_DIGIT)
    return [VERDICTS[number] for number in numbers.tolist()]


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
