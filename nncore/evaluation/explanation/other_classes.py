"""How near the other classes are to the answer of a network, and in which direction they are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.recognition import NOT_A_DIGIT, verdicts
from nncore.model.layers.parameters import Array
from nncore.model.network import Network
from nncore.model.outputs import OUTPUTS


def read_images(network: Network, images: NDArray[np.uint8]) -> tuple[Array, Array]:
    """Return the logits and the probabilities (n, classes) of images (n, 784), 0 to 255."""
    with np.errstate(over="ignore", invalid="ignore"):  # huge weights can overflow for some images
        logits = network.logits(np.multiply(images, np.float32(1 / 255), dtype=network.dtype))
        return logits, OUTPUTS[network.spec.output](logits)


def lead_gradients(network: Network, image: NDArray[np.uint8], answer: int) -> tuple[Array, Array]:
    """Return by how much the logit of each other class exceeds that of `answer`, (others,), and its gradient.

    The gradient, (others, 784), is that for the pixels, from 0 for paper to 1 for ink. Call it with a copy of a network
    that may be in a training step, see `Network.input_gradient`.
    """
    X = np.multiply(image.reshape(1, -1), np.float32(1 / 255), dtype=network.dtype)
    with np.errstate(over="ignore", invalid="ignore"):
        logits = network.logits(X)[0]
    others = np.flatnonzero(np.arange(len(logits)) != answer)
    leads = np.zeros((len(others), len(logits)), network.dtype)
    leads[np.arange(len(others)), others] = 1
    leads[:, answer] = -1
    with np.errstate(over="ignore", invalid="ignore"):
        gradients = network.input_gradient(np.repeat(X, len(others), axis=0), leads)
        return np.nan_to_num(logits[others] - logits[answer]), np.nan_to_num(gradients)


def are_other_digits(probabilities: NDArray[np.floating], answer: int) -> NDArray[np.bool_]:
    """Return which probabilities (n, classes) are finite, have another answer, and not the verdict "not a digit"."""
    accepted = np.isfinite(probabilities).all(axis=1)
    accepted &= np.array([verdict != NOT_A_DIGIT for verdict in verdicts(probabilities)], bool)
    changed: NDArray[np.bool_] = accepted & (probabilities.argmax(axis=1) != answer)
    return changed


def log_odds(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return log(p / (1 - p)) of each probability p, (n, classes), from logits (n, classes) of a softmax.

    They tell how near a class is to being the answer even where p is 0 or 1 in floating-point numbers; those of logits
    that are not finite are -inf. The lead over
    the answer alone would also grow in images that show no digit, for which all classes are equally probable.
    """
    z = logits.astype(np.float64)
    others = 1 - np.eye(z.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        z -= z.max(axis=1, keepdims=True)
        odds: NDArray[np.float64] = z - np.log(np.exp(z) @ others)  # 1 - p is a sum over the others: no cancellation
    return np.nan_to_num(odds, nan=-np.inf, posinf=np.inf, neginf=-np.inf)


def log_odds_of_others(logits: NDArray[np.floating], answer: int) -> NDArray[np.float64]:
    """Return the largest of `log_odds`, (n,), of all classes but `answer`."""
    largest: NDArray[np.float64] = np.delete(log_odds(logits), answer, axis=1).max(axis=1)
    return largest
