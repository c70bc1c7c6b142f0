"""An adversarial example of few pixels: single pixels, set to ink or to paper, that make a network read another class.

It is no drawing: a person hardly sees the pixels, and no pen gives them. It shows what the network depends on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncore.evaluation.explanation.other_classes import (
    are_other_digits,
    lead_gradients,
    log_odds,
    log_odds_of_others,
    read_images,
)
from nncore.evaluation.recognition import check_explainable, read_digit
from nncore.model.network import Network
from nncore.preprocessing.ink import SIDE
from nncore.system.blas_threads import one_blas_thread

MAX_CHANGED_PIXELS = 20
"""Most pixels of an adversarial example: one fortieth of the image."""
PIXELS_TRIED = 128
"""Changes of one pixel that the network reads before it decides on one."""
CLASSES_TRIED = 3
"""Classes that the image is changed to; the result is the one with the fewest pixels."""


@dataclass(frozen=True, eq=False)
class AdversarialPixels:
    """An adversarial example.

    Attributes:
        image: (28, 28) uint8, the changed image.
        pixels: (n, 2), row and column of each changed pixel, from 0.
        answer, new_answer: the class before and after the change.
        probability: the probability of `new_answer`, 0 to 1.
    """

    image: NDArray[np.uint8]
    pixels: NDArray[np.intp]
    answer: int
    new_answer: int
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values for JSON; rows and columns count from 1."""
        values = [int(self.image[row, column]) for row, column in self.pixels]
        places = (self.pixels + 1).tolist()
        return {
            "pixels": [[*place, value] for place, value in zip(places, values, strict=True)],
            "answer": self.answer,
            "new_answer": self.new_answer,
            "probability": round(self.probability, 6),
        }


@one_blas_thread()
def find_adversarial_pixels(
    network: Network, image: NDArray[np.uint8], *, cancelled: Callable[[], bool] = lambda: False
) -> AdversarialPixels | None:
    """Return an adversarial example for `image` (28, 28) with few pixels; None if none was found.

    For each of the classes that are nearest by the gradient, pixel after pixel is set that raises its probability most,
    and pixels that were not needed are restored at the end. N. Papernot et al., "The Limitations of Deep Learning in
    Adversarial Settings", EuroS&P 2016, do the same with pairs of pixels. `cancelled` is called before each pixel; once
    it is true, the result is the best one so far.
    Raises DataError if the network does not read digits or has diverged, or if the image has another shape or dtype.
    """
    check_explainable(network, image)
    search = _PixelSearch(network, image, read_digit(network, image).digit)
    best: NDArray[np.uint8] | None = None
    for target in search.nearest_classes():
        most = MAX_CHANGED_PIXELS if best is None else search.count(best) - 1
        changed = search.changed_to(target, most, cancelled)
        best = best if changed is None else changed
    return None if best is None else search.result(best)


class _PixelSearch:
    """A search for one image (28, 28). Changed images are (784,) uint8."""

    def __init__(self, network: Network, image: NDArray[np.uint8], answer: int) -> None:
        self._network = network.copy()
        self._image = image.reshape(-1)
        self._answer = answer
        self._new_values = np.where(self._image < 128, 255, 0).astype(np.uint8)  # ink or paper, what is further away

    def count(self, changed: NDArray[np.uint8]) -> int:
        """The number of changed pixels."""
        return int(np.count_nonzero(changed != self._image))

    def nearest_classes(self) -> list[int]:
        """The CLASSES_TRIED classes that the change of one pixel brings nearest, the nearest first."""
        others = np.delete(np.arange(self._network.spec.outputs), self._answer)
        nearest = np.argsort(-self._expected_leads(self._image).max(axis=1), kind="stable")[:CLASSES_TRIED]
        return [int(each) for each in others[nearest]]

    def changed_to(self, target: int, most: int, cancelled: Callable[[], bool]) -> NDArray[np.uint8] | None:
        """The image with at most `most` changed pixels that is read as another digit; None if there is none."""
        changed = self._image
        for _ in range(most):
            if cancelled():
                return None
            candidates = self._with_one_pixel_more(changed, target)
            logits, probabilities = read_images(self._network, candidates)
            best = int(log_odds(logits)[:, target].argmax())
            changed = candidates[best]
            if are_other_digits(probabilities[best : best + 1], self._answer)[0]:
                return self._without_needless_pixels(changed)
        return None

    def _expected_leads(self, changed: NDArray[np.uint8]) -> NDArray[np.floating]:
        """How far each other class will lead, (others, 784), when a pixel is set, if the logits were linear."""
        steps = (self._new_values.astype(np.float32) - self._image) / 255
        leads, gradients = lead_gradients(self._network, changed, self._answer)
        with np.errstate(over="ignore", invalid="ignore"):  # huge weights can overflow
            expected: NDArray[np.floating] = np.nan_to_num(gradients * steps + leads[:, None])
        expected[:, changed != self._image] = -np.inf
        return expected

    def _with_one_pixel_more(self, changed: NDArray[np.uint8], target: int) -> NDArray[np.uint8]:
        """PIXELS_TRIED images (n, 784) in which one pixel more is set, that brings `target` nearest by the gradient."""
        expected = self._expected_leads(changed)[target - (target > self._answer)]
        pixels = np.argsort(-expected, kind="stable")[:PIXELS_TRIED]
        candidates = np.repeat(changed[None], len(pixels), axis=0)
        candidates[np.arange(len(pixels)), pixels] = self._new_values[pixels]
        return candidates

    def _without_needless_pixels(self, changed: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Restore one pixel after the other, as long as the image is read as another digit."""
        while True:
            pixels = np.flatnonzero(changed != self._image)
            fewer = np.repeat(changed[None], len(pixels), axis=0)
            fewer[np.arange(len(pixels)), pixels] = self._image[pixels]
            logits, probabilities = read_images(self._network, fewer)
            odds = log_odds_of_others(logits, self._answer)
            odds[~are_other_digits(probabilities, self._answer)] = -np.inf
            if odds.max() == -np.inf:
                return changed
            changed = fewer[int(odds.argmax())]

    def result(self, changed: NDArray[np.uint8]) -> AdversarialPixels:
        """The changed image with its description."""
        image = changed.reshape(SIDE, SIDE).copy()
        prediction = read_digit(self._network, image)
        places = np.argwhere(image != self._image.reshape(SIDE, SIDE))
        return AdversarialPixels(image, places, self._answer, prediction.digit, prediction.confidence)
