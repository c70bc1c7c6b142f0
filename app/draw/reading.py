"""Reading a drawing: the picture that the network gets, and a refusal in words where it cannot read it."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.ink import SIDE
from nncore.network import Network
from nncore.recognition import Prediction, recognize

DIGITS = 10


def why_unreadable(network: Network) -> str | None:
    """One sentence on why `network` cannot read drawn digits at all; None if it can."""
    shape, classes = network.spec.input_shape, network.spec.classes
    if prod(shape) != SIDE * SIDE:
        size = " × ".join(str(side) for side in shape)
        return f"This model takes inputs of {size}, a drawing is {SIDE} × {SIDE}: open or train one for digits."
    if classes != DIGITS:
        return f"This model tells {classes} classes apart, digits are {DIGITS}: open or train one for digits."
    return None


def read(network: Network, image: NDArray[np.uint8]) -> Prediction:
    """What `network` reads in `image` (28, 28).

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
