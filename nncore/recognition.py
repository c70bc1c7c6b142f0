"""What a network says to one picture, with everything that the window shows of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from nncore.dataset import DIGITS
from nncore.errors import DataError
from nncore.ink import SIDE
from nncore.losses import OUTPUTS
from nncore.network import Network

UNSURE_BELOW = 0.6
"""A network that gives its best answer less probability than this is unsure."""

Verdict = Literal["digit", "unsure", "not a digit"]
Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Prediction:
    """A network's answer to one picture; the arrays are read-only.

    image: (height, width) uint8, what the network saw. probabilities: (classes,) float32, summing to 1.
    activations: what each layer gave, first to last, each (units,); the last are the logits.
    verdict: "not a digit" for a blank picture, "unsure" if no class reaches UNSURE_BELOW, else "digit".
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
        verdict=_verdict(image, probabilities),
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


def _verdict(image: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Verdict:
    if not image.any():
        return "not a digit"
    return "digit" if probabilities.max() >= UNSURE_BELOW else "unsure"


def _read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    array.flags.writeable = False
    return array
