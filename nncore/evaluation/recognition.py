"""What a network says to one picture, with everything that the window shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.data.dataset import DIGITS
from nncore.errors import DataError
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS
from nncore.preprocessing.ink import SIDE

UNSURE_BELOW = 0.8
"""A network that gives its best answer less probability than this is unsure."""

REFUSED_BELOW = 0.8
"""It sees no digit where it gives its best two answers together less than this: who writes a digit badly leaves a doubt
between two, a scribble between all."""

DOT = 5
"""Pixels: ink that reaches no farther than this, across and down, is a dot. All other ink fills the box of 20 pixels of
`nncore.preprocessing.ink` at its larger side."""

Verdict = Literal["digit", "unsure", "not a digit"]
VERDICTS: tuple[Verdict, ...] = ("digit", "unsure", "not a digit")
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's answer to one picture; the arrays are read-only.

    image: (height, width) uint8, what the network saw. probabilities: (classes,) float32, summing to 1.
    activations: what each layer gave, first to last, each (units,); the last are the logits.
    verdict: "not a digit" for a blank picture or a dot, else as `verdicts` has it.
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


def recognize(network: Network, image: NDArray[np.uint8]) -> Prediction:
    """What `network` reads in `image` (height, width), 0 for paper to 255 for ink.

    Raises DataError if the image has not as many pixels as the network takes.
    """
    pixels = prod(network.spec.input_shape)
    if image.size != pixels or image.dtype != np.uint8:
        raise DataError(f"The picture is {image.dtype} {image.shape}; expected uint8 with {pixels} pixels in all.")
    X = np.multiply(image.reshape(1, -1), np.float32(1 / 255), dtype=network.dtype)
    activations = network.activations(X)
    probabilities = OUTPUTS[network.spec.output](activations[-1])[0].astype(np.float32)
    return Prediction(
        image=_read_only(image.copy()),
        probabilities=_read_only(probabilities),
        activations=tuple(_read_only(activation[0]) for activation in activations),
        verdict="not a digit" if _is_dot(image) else verdicts(probabilities)[0],
    )


def why_unreadable(network: Network) -> str | None:
    """One sentence on why `network` cannot read drawn digits at all; None if it can."""
    shape, classes = network.spec.input_shape, network.spec.outputs
    if prod(shape) != SIDE * SIDE:
        size = " × ".join(str(side) for side in shape)
        return f"This model takes inputs of {size}, a drawing is {SIDE} × {SIDE}: open or train one for digits."
    if classes != len(DIGITS):
        return f"This model tells {classes} classes apart, digits are {len(DIGITS)}: open or train one for digits."
    if network.spec.output == "linear":
        return "This model answers with numbers, not with classes: open or train one for digits."
    return None


def read_digit(network: Network, image: NDArray[np.uint8]) -> Prediction:
    """What `network` reads in the digit `image` (28, 28), drawn, or prepared from a picture.

    Raises DataError if it cannot: it is made for something else, or its weights have diverged.
    """
    reason = why_unreadable(network)
    if reason is not None:
        raise DataError(reason)
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of that is found below
        prediction = recognize(network, image)
    if not np.isfinite(prediction.probabilities).all():
        raise DataError(
            "This model's weights have diverged, so it reads nothing: train it anew with a lower learning rate."
        )
    return prediction


def _is_dot(image: NDArray[np.uint8]) -> bool:
    """Whether there is nothing on the picture, or only a dot."""
    return all(_reach(image.max(axis=axis) > 0) <= DOT for axis in (0, 1))


def _reach(inked: NDArray[np.bool_]) -> int:
    """How far it is from the first that is inked to the last, both included; 0 if none is."""
    where = np.flatnonzero(inked)
    return int(where[-1] - where[0]) + 1 if where.size else 0


def verdicts(probabilities: NDArray[np.floating]) -> list[Verdict]:
    """The verdict on each row of probabilities (n, classes), or on one (classes,).

    "not a digit" if the best two classes have less than REFUSED_BELOW together; "unsure" if the best has less than
    UNSURE_BELOW, or the weights have diverged; else "digit". A network that was never shown what is no digit (see
    nncore.data.dataset.NO_CLASS) is rarely in doubt, and refuses little.
    """
    rows = np.atleast_2d(probabilities)
    best = rows.max(axis=1)
    best_two = np.partition(rows, -2, axis=1)[:, -2:].sum(axis=1) if rows.shape[1] > 1 else best
    refused = best_two < REFUSED_BELOW
    unsure = ~(best >= UNSURE_BELOW)  # which NaN, of diverged weights, is not either
    return [VERDICTS[number] for number in np.where(refused, 2, unsure).tolist()]


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
