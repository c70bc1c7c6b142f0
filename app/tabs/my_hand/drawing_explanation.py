"""How the current model reads a drawing, and which part its answer depends on."""

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
class DrawingExplanation:
    """How the current model reads a drawing.

    Attributes:
        image: (28, 28) uint8.
        digit: the most probable digit.
        occlusion: (28, 28) float32, the occlusion map of that digit. Both are None if there is no network, or it cannot
            read digits.
    """

    image: NDArray[np.uint8]
    digit: int | None
    occlusion: NDArray[np.float32] | None


def explain_drawing(network: Network | None, drawing: ReadDrawing) -> DrawingExplanation:
    """Read `drawing` with `network` and compute the occlusion map; about 40 ms with the bundled model."""
    image = rasterize(drawing.ink)
    if network is None:
        return DrawingExplanation(image, None, None)
    try:
        digit = read_digit(network, image).digit
        return DrawingExplanation(image, digit, occlusion_map(network, image, digit))
    except DataError:  # a network that does not read digits, or that has diverged
        return DrawingExplanation(image, None, None)
