"""Gradient times input: how much each pixel contributes to the logit of a class, by the slope at this image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import check_explainable
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread


@one_blas_thread()
def gradient_times_input(network: Network, image: NDArray[np.uint8], answer: int) -> NDArray[np.float32]:
    """Return x * d(logit of `answer`)/dx for each pixel x, 0 to 1, of `image` (28, 28); (28, 28) float32.

    It is positive where the ink raises the logit, negative where it lowers it, and 0 on blank paper. For a network
    without a hidden layer its sum is the logit without the bias. A. Shrikumar, P. Greenside, A. Kundaje, "Learning
    Important Features Through Propagating Activation Differences", ICML 2017, section 2.
    Raises DataError if the network does not take such images or has no such class, or if the image has another shape
    or dtype.
    """
    check_explainable(network, image, answer)
    X = np.multiply(image.reshape(1, -1), np.float32(1 / 255), dtype=network.dtype)
    only_answer = np.zeros((1, network.spec.outputs), network.dtype)
    only_answer[0, answer] = 1
    with np.errstate(over="ignore", invalid="ignore"):  # huge weights can give NaN
        products = X * network.copy().input_gradient(X, only_answer)
    contributions: NDArray[np.float32] = np.nan_to_num(products).astype(np.float32).reshape(SIDE, SIDE)
    return contributions
