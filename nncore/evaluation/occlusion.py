"""Why a network reads what it reads: which parts of a picture its answer hangs on."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from nncore.errors import DataError
from nncore.evaluation.recognition import why_unreadable
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread

PATCH = 6
"""Pixels each way of the patch: about two widths of the pen, so that it can hide a whole stroke."""

STRIDE = 2
"""Pixels from one place of the patch to the next; PATCH is a multiple, so every pixel is covered equally often."""

_FIRST = range(STRIDE - PATCH, SIDE, STRIDE)
"""Where patches begin, the outermost of them partly outside the picture."""


@one_blas_thread()
def occlusion_map(network: Network, image: NDArray[np.uint8], answer: int) -> NDArray[np.float32]:
    """How much the answer, a class, hangs on each pixel of `image` (28, 28): (28, 28) float32, -1 to 1.

    A patch of blank paper is slid over the picture. A pixel gets the mean, over all patches that cover it, of how far
    the probability of `answer` falls; it is below 0 where the ink speaks against it, and 0 where a patch hides no
    ink. M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2.
    Raises DataError if the network does not read such pictures, or for a picture of another shape.
    """
    spec = network.spec
    if prod(spec.input_shape) != SIDE * SIDE or spec.output == "linear" or answer >= spec.outputs:
        raise DataError(why_unreadable(network) or f"This model has no answer {answer}.")
    if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
        raise DataError(f"The picture is {image.dtype} {image.shape}; expected uint8 ({SIDE}, {SIDE}).")
    places = [(slice(max(0, top), top + PATCH), slice(max(0, left), left + PATCH)) for top in _FIRST for left in _FIRST]
    places = [place for place in places if image[place].any()]  # to hide paper with paper changes nothing
    pictures = np.multiply(image, np.float32(1 / 255), dtype=network.dtype)
    pictures = np.repeat(pictures[None], len(places) + 1, axis=0)
    for picture, place in zip(pictures[1:], places, strict=True):
        picture[place] = 0
    with np.errstate(over="ignore", invalid="ignore"):  # huge weights show as they are
        probabilities = network.predict(pictures.reshape(len(pictures), -1))[:, answer]
        falls = probabilities[0] - probabilities[1:]
    total = np.zeros((SIDE, SIDE), np.float32)
    for fall, place in zip(np.nan_to_num(falls), places, strict=True):
        total[place] += fall
    total *= (STRIDE / PATCH) ** 2
    return total
