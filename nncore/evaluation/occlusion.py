"""Occlusion maps: which parts of an image the prediction of a network depends on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import check_explainable
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread

PATCH_SIZE = 6
"""Width and height of the patch in pixels: about two widths of the pen, so that it can hide a whole stroke."""

STRIDE = 2
"""Pixels from one place of the patch to the next. It divides PATCH_SIZE, so all pixels are covered equally often."""

_STARTS = range(STRIDE - PATCH_SIZE, SIDE, STRIDE)
"""First row or column of each patch; the outermost patches are partly outside the image."""


@one_blas_thread()
def occlusion_map(network: Network, image: NDArray[np.uint8], answer: int) -> NDArray[np.float32]:
    """Return how much the probability of the class `answer` depends on each pixel of `image` (28, 28).

    The map is (28, 28) float32, -1 to 1. A patch of blank paper is slid over the image. The value of a pixel is the
    mean decrease of the probability over all patches that cover it. It is negative where hiding the ink increases the
    probability, and 0 where no patch hides ink. M. D. Zeiler and R. Fergus, "Visualizing and Understanding
    Convolutional Networks", ECCV 2014, section 4.2.
    Raises DataError if the network does not take such images, or if the image has a different shape or dtype.
    """
    check_explainable(network, image, answer)
    places = [
        (slice(max(0, top), top + PATCH_SIZE), slice(max(0, left), left + PATCH_SIZE))
        for top in _STARTS
        for left in _STARTS
    ]
    places = [place for place in places if image[place].any()]  # hiding blank paper changes nothing
    images = np.multiply(image, np.float32(1 / 255), dtype=network.dtype)
    images = np.repeat(images[None], len(places) + 1, axis=0)  # the first one stays unchanged
    for occluded, place in zip(images[1:], places, strict=True):
        occluded[place] = 0
    with np.errstate(over="ignore", invalid="ignore"):  # huge weights can give NaN
        probabilities = network.predict(images.reshape(len(images), -1))[:, answer]
        falls = probabilities[0] - probabilities[1:]
    # A pixel gets the decrease of each patch that covers it; patches without ink would add 0.
    total = np.zeros((SIDE, SIDE), np.float32)
    for fall, place in zip(np.nan_to_num(falls), places, strict=True):
        total[place] += fall
    total *= (STRIDE / PATCH_SIZE) ** 2  # the mean, because (PATCH_SIZE / STRIDE)^2 patches cover each pixel
    return total
