"""What the model in use makes of a drawing, and what it looks at: done on a thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.occlusion import occlusion_map
from nncore.evaluation.recognition import read_digit
from nncore.handwriting.personal_test.result import ReadDrawing
from nncore.model.network import Network
from nncore.preprocessing.ink import rasterize


@dataclass(frozen=True, eq=False)
class Look:
    """What the model in use makes of a drawing.

    image: (28, 28) uint8. digit: what it reads now, the most probable one. looked: (28, 28) float32, an occlusion map
    of that digit; None, as digit is, when there is no network to ask.
    """

    image: NDArray[np.uint8]
    digit: int | None
    looked: NDArray[np.float32] | None


def look_at(network: Network | None, drawing: ReadDrawing) -> Look:
    """What `network` makes of a drawing; some 40 ms with the model in the box."""
    image = rasterize(drawing.ink)
    if network is None:
        return Look(image, None, None)
    try:
        digit = read_digit(network, image).digit
        return Look(image, digit, occlusion_map(network, image, digit))
    except DataError:  # a network for something else, or one that has diverged
        return Look(image, None, None)
